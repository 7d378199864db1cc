/** The supported architectures, by the words of their families. */
import type { GgufArchitecture, GgufTensor } from "./architecture.js";
import {
  gemmaArchitecture,
  gemma2Architecture,
  gemma3Architecture,
  llamaArchitecture,
  qwen2Architecture,
  qwen3Architecture,
} from "./llama-kin.js";
import type { Gpt2Config } from "../../../models/gpt2.run.js";
import { f32Value, u32Value } from "./header.js";
import { gpt2TensorNames } from "./names.js";
import { transposeMatrix } from "./element-order.js";

/** GPT-2 in llama.cpp: linear layers are stored as [out, in]. */
const GELU = ["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh"];

export const gpt2Architecture: GgufArchitecture<Gpt2Config> = {
  name: "gpt2",
  names: gpt2TensorNames,
  prefix: "transformer.",
  sizes: (c) => ({ layers: c.n_layer, tied: c.tie_word_embeddings, vocabulary: c.vocab_size }),
  context: (c) => c.n_positions,
  refuses({ read }) {
    if (!GELU.includes(read.activation_function))
      return `its inner layers use ${read.activation_function}, and llama.cpp's ${GELU[0]!}`;
    if (!read.scale_attn_weights || read.scale_attn_by_inverse_layer_idx)
      return "its scores are scaled otherwise than llama.cpp scales them";
    return null;
  },
  metadata: ({ read }) => ({
    block_count: u32Value(read.n_layer),
    context_length: u32Value(read.n_positions),
    embedding_length: u32Value(read.n_embd),
    feed_forward_length: u32Value(read.n_inner),
    "attention.head_count": u32Value(read.n_head),
    "attention.layer_norm_epsilon": f32Value(read.layer_norm_epsilon),
    vocab_size: u32Value(read.vocab_size),
  }),
  elements(_model, tensor, data) {
    const [rows, columns] = tensor.shape;
    return isTurned(tensor) && rows !== undefined && columns !== undefined
      ? transposeMatrix(data, rows, columns)
      : data;
  },
  shape: (tensor) => (isTurned(tensor) ? [...tensor.shape].reverse() : tensor.shape),
};

const isTurned = ({ part, shape }: GgufTensor): boolean => part !== null && shape.length === 2;

export const GGUF_ARCHITECTURES: Readonly<Record<string, GgufArchitecture<never>>> = {
  llama: llamaArchitecture,
  mistral: llamaArchitecture,
  qwen2: qwen2Architecture,
  qwen3: qwen3Architecture,
  gemma: gemmaArchitecture,
  gemma2: gemma2Architecture,
  gemma3_text: gemma3Architecture,
  gpt2: gpt2Architecture,
};
