/// Models in the layout of Hugging Face's transformers: a folder with `config.json` and
/// `model.safetensors`, or several files and `model.safetensors.index.json`.
///
/// ```
/// Pretrained   reads a folder into a Gpt and writes one back
/// Layout       ::= Gpt2Layout | LlamaLayout: what config.json says, and which stored tensors a parameter consists of
/// Shards       the tensors of a folder, in one file or several
/// ```
@NullMarked
package jacquard.nn.hub;

import org.jspecify.annotations.NullMarked;
