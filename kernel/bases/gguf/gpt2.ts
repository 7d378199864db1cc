/** GPT-2 in llama.cpp's layout: its linear layers lie [out, in] there, and [in, out] in a checkpoint. */
import { Metadata, named, specialTokens, type Layout } from "./layout.js";

const OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "transformer.wte.weight",
  "position_embd.weight": "transformer.wpe.weight",
  "output_norm.weight": "transformer.ln_f.weight",
  "output_norm.bias": "transformer.ln_f.bias",
  "output.weight": "lm_head.weight",
};
const INSIDE: Readonly<Record<string, string>> = {
  attn_norm: "ln_1",
  attn_qkv: "attn.c_attn",
  attn_output: "attn.c_proj",
  ffn_norm: "ln_2",
  ffn_up: "mlp.c_fc",
  ffn_down: "mlp.c_proj",
};

export const gpt2: Layout = {
  config(gguf) {
    const read = new Metadata(gguf, "gpt2");
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
      ...specialTokens(gguf),
      torch_dtype: "float32",
    };
  },
  tensor(gguf, tensor) {
    const { name, part } = named(gguf, tensor, OUTSIDE, INSIDE, "transformer.h");
    const [rows, columns] = tensor.shape;
    if (part === null || rows === undefined || columns === undefined) return { name, shape: tensor.shape };
    return { name, shape: [columns, rows], restore: (data) => transposed(data, rows, columns) };
  },
};

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
