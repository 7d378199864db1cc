/** The supported layouts of GGUF files, by `general.architecture`. */
import type { Gguf } from "./file.js";
import {
  unsupportedGgufError,
  type GgufLayout,
  GgufMetadataReader,
  checkpointNameOf,
  specialTokenIds,
} from "./layout.js";
import { gemmaLayout, gemma2Layout, gemma3Layout, llamaLayout, qwen2Layout, qwen3Layout } from "./llama.js";
import { gpt2TensorNames } from "#stdlib/targets/shared/gguf/names.js";
import { transposeMatrix } from "#stdlib/targets/shared/gguf/element-order.js";

/** GPT-2 in llama.cpp's layout, where its linear layers are [out, in]; in a checkpoint they are [in, out]. */
export const gpt2Layout: GgufLayout = {
  config(gguf) {
    const read = new GgufMetadataReader(gguf, "gpt2");
    const width = read.number("embedding_length");
    return {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      vocab_size: read.vocabulary("token_embd.weight"),
      n_positions: read.number("context_length"),
      n_embd: width,
      n_layer: read.number("block_count"),
      n_head: read.number("attention.head_count"),
      n_inner: read.number("feed_forward_length", 4 * width),
      activation_function: "gelu_new",
      layer_norm_epsilon: read.number("attention.layer_norm_epsilon"),
      tie_word_embeddings: !gguf.tensors.some((t) => t.name === "output.weight"),
      ...specialTokenIds(gguf),
      torch_dtype: "float32",
    };
  },
  tensor(gguf, tensor) {
    const { name, part } = checkpointNameOf(gguf, tensor, gpt2TensorNames);
    const [rows, columns] = tensor.shape;
    if (part === null || rows === undefined || columns === undefined) return { name, shape: tensor.shape };
    return { name, shape: [columns, rows], restore: (data) => transposeMatrix(data, rows, columns) };
  },
};

const LAYOUTS: ReadonlyMap<unknown, GgufLayout> = new Map(
  Object.entries({
    gemma: gemmaLayout,
    gemma2: gemma2Layout,
    gemma3: gemma3Layout,
    gpt2: gpt2Layout,
    llama: llamaLayout,
    qwen2: qwen2Layout,
    qwen3: qwen3Layout,
  }),
);

/** Returns a file's layout. Coded error: `gguf-unsupported`. */
export function ggufLayoutOf(gguf: Gguf): GgufLayout {
  const architecture = gguf.metadata["general.architecture"] ?? "(none)";
  const layout = LAYOUTS.get(architecture);
  if (layout) return layout;
  throw unsupportedGgufError(gguf, "architecture", architecture, [...LAYOUTS.keys()].map(String));
}
