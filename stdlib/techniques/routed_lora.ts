import type { Call } from "#dsl/language/types/value.js";
import { defineWord } from "#dsl/language/types/define.js";
import { familyCapabilities } from "../models/shared/base-facts.js";
import { learningRateRecord } from "./shared/rates.js";
import { routedLoraSettings } from "./shared/routed-settings.js";
import { findLinearLayers, type TensorShapes } from "./shared/shapes.js";

const rate = learningRateRecord({
  rate: 2e-3,
  narrows: true,
  because: "the matrices start at zero, as those of `lora` do",
});

export const word = defineWord({
  kind: "technique",
  name: "routed_lora",
  doc: "What the strategy `lora_per_task` makes of `lora`: a separate LoRA for each data set. Each row is routed to the one of the data set whose mean base output is nearest to it. It cannot be written in a program. Predictions take two passes; it cannot be merged into the base, and PEFT has no such adapter.",
  example:
    'data tickets { source: csv("a.csv"), columns: { text: t, label: l } }\ndata spring { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }\ntrain router on tickets { epochs: 1 }\nupdate router on spring as seasons { strategy: lora_per_task }',
  references: [
    {
      title: "LoRA: Low-Rank Adaptation of Large Language Models",
      by: "Hu et al.",
      year: 2021,
      url: "https://arxiv.org/abs/2106.09685",
    },
  ],
  parameters: [
    {
      name: "ranks",
      type: { is: "list", of: { is: "number", integer: true } },
      doc: "Ranks of each data set's LoRA, in the order of training.",
      default: { derived: "the rank of the model's LoRA", from: () => null },
      why: "Each data set can learn as much as the first one did.",
      impact: "medium",
    },
    {
      name: "alpha",
      type: { is: "number" },
      doc: "Each product B A is multiplied by alpha / the first of the ranks.",
      range: { min: 0, exclusive: true },
      default: { derived: "as the model's LoRA had", from: () => null },
      why: "Each part counts as the first one does.",
      impact: "low",
    },
    {
      name: "rank_stabilized",
      type: { is: "boolean" },
      doc: "The product B A is multiplied by alpha / √rank.",
      default: { value: false },
      why: "As the model's LoRA has it.",
      impact: "low",
    },
    {
      name: "dropout",
      type: { is: "number" },
      doc: "Share of the inputs of the low-rank path that is dropped in training.",
      range: { min: 0, max: 0.99 },
      default: { value: 0 },
      why: "As the model's LoRA has it.",
      impact: "low",
    },
    {
      name: "targets",
      type: { is: "list", of: { is: "text" } },
      doc: "Linear layers that are adapted.",
      default: {
        derived: "the targets of the model's LoRA",
        from: (_draft, context) => familyCapabilities(context)?.targets ?? ["query", "value"],
      },
      why: "As the model's LoRA has it.",
      impact: "medium",
    },
  ],
  check(_call, context) {
    context.report("technique-made", { technique: "routed_lora", by: "lora_per_task" });
  },
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    grownBy: "lora_per_task",
    trains: "rank × (inputs + outputs) numbers for each target layer and data set, of which only the latest train",
    addedParameters: true,
    trainableParameters: (call: Call, shapes: TensorShapes): number => {
      const { rank, targets } = routedLoraSettings(call);
      return findLinearLayers(shapes, targets).reduce((n, layer) => n + rank * (layer.in + layer.out), 0);
    },
  },
  load: () => import("./routed_lora.run.js").then((m) => m.routedLora),
});
