/**
 * GemmaModel as transformers has it: LLaMA's blocks with heads of a size of their own, embeddings multiplied by the square
 * root of their size, norms that scale by 1 + weight, and an inner layer gated by GELU.
 */
import { ACTIVATIONS, type Activation, type ConfigReader, type Json } from "./config.js";
import { family, plain, rms } from "./llama.run.js";

export const gemma = family({
  ...plain,
  name: "gemma",
  absent: { ...plain.absent, shared: 16, head: 256, tied: true },
  activation,
  bias(read) {
    read.off("use_bidirectional_attention");
    const attention = read.flag("attention_bias", false);
    return { projections: attention, output: attention, inner: false };
  },
  norm: (read) => rms(read, 1),
  fixed: { ...plain.fixed, hidden_act: "gelu_pytorch_tanh" },
  // Rounded to f32, which weights are loaded as; transformers rounds it to what it loads them as.
  embeddingScale: (hidden) => Math.sqrt(hidden),
});

/** The first releases wrote `gelu` and meant its tanh form; some named that in `hidden_activation` beside it. */
function activation(read: ConfigReader, json: Json): Activation {
  const named = (key: string): Activation => {
    const name = read.choice(key, "gelu_pytorch_tanh", ACTIVATIONS);
    return name === "gelu" ? "gelu_pytorch_tanh" : name;
  };
  const given = ["hidden_act", "hidden_activation"].filter((key) => (json[key] ?? null) !== null);
  const [first, second] = given.map(named);
  if (second !== undefined && second !== first) throw read.unsupported("hidden_activation", second, [first!]);
  return first ?? "gelu_pytorch_tanh";
}
