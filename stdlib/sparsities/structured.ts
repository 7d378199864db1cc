import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import { planPrunedSizes, pruningSharesOf, planPruning } from "./shared/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { removePrunedUnits, selectKeptUnits, shapesAfterPruning, type WeightMatrix } from "./shared/prune.js";

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
  doc: "Removes the same number of heads and of inner dimensions from each block, those with the smallest weights; the rest is trained again by the recipe. LLaMA and similar models lose heads in groups that share keys and values. BERT, RoBERTa and DistilBERT record removed heads in `pruned_heads`, which transformers 4 reads and later versions do not: `deploy … to huggingface` writes them as zeros. GPT-2, T5 and MobileBERT keep their heads.",
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
    part("heads", "Share of each block's heads to remove.", "Many heads say little that others don't."),
    part(
      "feed_forward",
      "Share of the dimensions of each block's inner layer to remove.",
      "It has most weights of a block, and takes most of the time.",
    ),
  ],
  check(call, context) {
    const { heads, feed_forward: inner } = call.arguments;
    if (heads === undefined && inner === undefined) context.report("pruned-nothing", {});
  },
  capabilities: {
    isTrained: true,
    resultingBase: (call, facts, family) => planPrunedSizes(pruningSharesOf(call.arguments), facts, family),
  },
  load: () => Promise.resolve(structured),
});

/** Structured pruning: removes the heads and inner-layer neurons with the smallest weights from each block. */
export const structured: CompressionStepImplementation = {
  make(call, { facts, family, read }) {
    const going = planPruning(pruningSharesOf(argumentsWithDefaults(word, call)), facts, family);
    if ("why" in going) throw new CodedError("internal", { what: `the plan's pruning is impossible: ${going.why}` });
    const cuts = new Map<string, (from: WeightMatrix) => WeightMatrix>();
    let { config } = facts;
    for (const { units, gone } of going) {
      const keptOfBlocks = selectKeptUnits(units, gone, (name) => matrixOf(read(name)));
      config = { ...config, ...units.config(keptOfBlocks) };
      units.slabs.forEach((block, i) => {
        for (const slab of block) {
          const before = cuts.get(slab.tensor) ?? ((from: WeightMatrix) => from);
          cuts.set(slab.tensor, (from) => removePrunedUnits(before(from), slab, keptOfBlocks[i] ?? []));
        }
      });
    }
    const made = (name: string): NDArray => arrayOf((cuts.get(name) ?? ((m: WeightMatrix) => m))(matrixOf(read(name))));
    const shapes = going.reduce((all, { units, gone }) => shapesAfterPruning(units, gone, all), facts.shapes);
    return { config, shapes, tensor: made };
  },
};

function matrixOf({ shape, bytes }: NDArray): WeightMatrix {
  return { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}
function arrayOf({ shape, data }: WeightMatrix): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
