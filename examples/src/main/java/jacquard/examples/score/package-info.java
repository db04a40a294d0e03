/// Measuring what image models make.
///
///     EjmlEigen            the linear algebra that FID needs
///     ClassifierFeatures   the default feature network: a run of `train classifier`
///     LayerListFeatures    any other network, from a description and safetensors
///     ImageJudge           real pictures, their features, and scores of drawn ones
@NullMarked
package jacquard.examples.score;

import org.jspecify.annotations.NullMarked;
