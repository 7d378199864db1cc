import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import { planPrunedSizes, pruningSharesOf } from "./shared/plan.js";

const part = <N extends string>(name: N, doc: string, why: string) =>
  defineParameter({
    name,
    doc,
    why,
    type: { is: "number", unit: "share" },
    range: { min: 0, max: 1, exclusive: true },
    impact: "high",
  });

export const word = defineWord({
  kind: "sparsity",
  name: "structured",
  doc: "Takes out of each block the same number of heads and of numbers of the inner layer, those with the smallest weights; what is left is trained again by the recipe. Heads go out of LLaMA and its kin as groups that share keys and values. BERT, RoBERTa and DistilBERT say which heads are gone by `pruned_heads`, which transformers 4 reads and later versions don't: `deploy … to huggingface` gives them back as zeros. GPT-2, T5 and MobileBERT keep their heads.",
  example: "sparsify: structured(heads: 25%, feed_forward: 40%)",
  references: [
    {
      title: "Are Sixteen Heads Really Better than One?",
      by: "Michel et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1905.10650",
    },
    {
      title: "Learning both Weights and Connections for Efficient Neural Networks",
      by: "Han et al.",
      year: 2015,
      url: "https://arxiv.org/abs/1506.02626",
    },
  ],
  elsewhere: {
    prune: "structured",
    pruning: "structured",
    magnitude: "structured",
    attention_heads: "heads",
    ffn: "feed_forward",
    intermediate: "feed_forward",
    mlp: "feed_forward",
  },
  parameters: [
    part("heads", "Share of each block's heads that goes.", "Many heads say little that others don't."),
    part(
      "feed_forward",
      "Share of the numbers of each block's inner layer that goes.",
      "Most weights of a block lie there, and most of the time goes there.",
    ),
  ],
  check(call, context) {
    const { heads, feed_forward: inner } = call.arguments;
    if (heads === undefined && inner === undefined) context.report("pruned-nothing", {});
  },
  capabilities: {
    trains: true,
    makes: (call, facts, family) => planPrunedSizes(pruningSharesOf(call.arguments), facts, family),
  },
  load: async () => (await import("./structured.run.js")).structured,
});
