import { defineWord } from "#dsl/language/types/define.js";
import {
  bertScratchTokenizer,
  sizeAliases,
  headsParameter,
  hiddenSizeParameter,
  layersParameter,
} from "./shared/from-words.js";
import { makeBertLikeCheckpoint } from "./shared/known-checkpoints.js";

import { sizeFields } from "./shared/size-fields.js";

export const word = defineWord({
  kind: "model",
  name: "mobilebert",
  doc: "MobileBERT: deep and narrow, for phones; blocks work between bottlenecks, with several small inner layers each.",
  example: 'model router { base: "google/mobilebert-uncased", task: text_classification }',
  references: [
    {
      title: "MobileBERT: a Compact Task-Agnostic BERT for Resource-Limited Devices",
      by: "Sun et al.",
      year: 2020,
      url: "https://arxiv.org/abs/2004.02984",
    },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    { ...headsParameter, doc: "Heads of attention; `bottleneck` is a multiple of them." },
    {
      name: "bottleneck",
      type: { is: "number", integer: true },
      doc: "Width within a block, between its bottlenecks; a multiple of `heads`.",
      range: { min: 1, max: 16_384 },
      default: {
        derived: "hidden / 4, a multiple of heads",
        from: (draft) =>
          Number(draft["heads"]) * Math.max(1, Math.round(Number(draft["hidden"]) / 4 / Number(draft["heads"]))),
      },
      why: "A quarter of the width, as in MobileBERT: narrow blocks make it small.",
      impact: "high",
    },
    {
      name: "intermediate",
      type: { is: "number", integer: true },
      doc: "Width of the inner layers of each block.",
      range: { min: 1, max: 131_072 },
      default: { derived: "4 × bottleneck", from: (draft) => 4 * Number(draft["bottleneck"]) },
      why: "As the family's own models have it.",
      impact: "medium",
    },
    {
      name: "inner_layers",
      type: { is: "number", integer: true },
      doc: "Inner layers of each block, one after the other.",
      range: { min: 1, max: 16 },
      default: { value: 4 },
      why: "MobileBERT has 4: they compensate for the narrow width.",
      impact: "medium",
    },
    {
      name: "embedding",
      type: { is: "number", integer: true },
      doc: "Width of the word embeddings, three neighbours of which are widened to `hidden`.",
      range: { min: 1, max: 16_384 },
      default: { derived: "hidden / 4", from: (draft) => Math.max(1, Math.round(Number(draft["hidden"]) / 4)) },
      why: "A quarter of the width, as MobileBERT's own.",
      impact: "medium",
    },
  ],
  elsewhere: { ...sizeAliases, intra_bottleneck_size: "bottleneck", embedding_size: "embedding" },
  check({ word: family, arguments: given }, context) {
    const [width, count] = [Number(given["bottleneck"]), Number(given["heads"])];
    if (width % count)
      context.report(
        "heads-divide",
        {
          of: family,
          hidden: width,
          heads: count,
          nearest: Math.max(1, Math.round(width / count)) * count,
          what: "bottleneck",
        },
        given["bottleneck"] === undefined ? "heads" : "bottleneck",
      );
  },
  capabilities: {
    prunes: {
      heads: { why: "its queries come from a bottleneck shared by all heads, and its config has no head size" },
      inner: { field: "intermediate_size", into: ["intermediate.dense"], out: "output.dense" },
    },
    fromScratch: bertScratchTokenizer,
    checkpoints: [
      makeBertLikeCheckpoint("google/mobilebert-uncased", [24, 512, 4, 512, 30522], { classifier_activation: false }),
    ],
    modelType: "mobilebert",
    className: "MobileBert",
    targets: ["query", "value"],
    linears: ["query", "key", "value", "dense"],
    pools: true,
    shape: "encoder",
    sizeFields,
    unmasks: true,
  },
  load: () => import("./mobilebert.run.js").then((m) => m.mobilebert),
});
