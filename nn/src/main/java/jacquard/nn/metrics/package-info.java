/// How good a model is, and what it makes: numbers that are compared between runs and with the
/// literature.
///
///     FeatureNetwork  Features            pictures as vectors
///     Moments  FrechetDistance            two sets of vectors as two normal distributions
///     KernelDistance                      the same question without that assumption
///     PrecisionRecall                     fidelity and variety apart
///     ClassHistogram                      which classes there are
///     Bleu  NltkBleu                      how much of a text references have
///     TextLikelihood                      perplexity, bits per character and per byte
///     DistinctN                           how varied texts are
@NullMarked
package jacquard.nn.metrics;

import org.jspecify.annotations.NullMarked;
