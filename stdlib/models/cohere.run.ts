/**
 * CohereModel (Command R) as in transformers: PaLM's parallel block, in which attention and a gated inner layer read
 * the same norm, with LLaMA's names. Norms have no bias, rope rotates neighbouring pairs, logits are scaled, and the
 * head is tied.
 */
import { llamaFamily, llamaVariantDefaults } from "./llama.run.js";

export const cohere = llamaFamily({
  ...llamaVariantDefaults,
  name: "cohere",
  absent: { ...llamaVariantDefaults.absent, tied: true, theta: 500000 },
  bias(read) {
    read.off("use_qk_norm");
    const attention = read.flag("attention_bias", false);
    return { projections: attention, output: attention, inner: false };
  },
  norm: (read) => ({ kind: "layer", epsilon: read.number("layer_norm_eps", 1e-5, 0, 1), offset: 0, bias: false }),
  fixed: { hidden_act: "silu", layer_norm_eps: 1e-5, rope_theta: 10000, logit_scale: 0.0625, use_qk_norm: false },
  parallel: true,
  interleaved: true,
  logitScale: (read) => read.positive("logit_scale", 0.0625),
});
