import "./codes.js";
import type { Call } from "#dsl/plan/plan.js";
import type { Word } from "#dsl/registry.js";
import { baseFacts, familyCapabilities } from "../base-facts.js";
import { isEmbedding, linearsNamed } from "./shapes.js";
import { loraSettings } from "./lora-settings.js";

export const word: Word = {
  kind: "technique",
  name: "lora",
  doc: "Low-rank adaptation: beside each target layer two small matrices train, W + (alpha / rank) · B A; the base stays frozen. Saved as a PEFT adapter.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }',
  since: "0.1.0",
  elsewhere: {
    r: "rank",
    lora_r: "rank",
    lora_alpha: "alpha",
    target_modules: "targets",
    lora_dropout: "dropout",
    adapter: "from",
  },
  parameters: [
    {
      name: "rank",
      type: { is: "number", integer: true },
      doc: "Inner size of the two matrices.",
      range: { min: 1, max: 4096 },
      default: { value: 8 },
      why: "8 is enough for classification and style; more room is needed to learn new facts or a new language.",
      impact: "medium",
      related: ["alpha"],
    },
    {
      name: "alpha",
      type: { is: "number" },
      doc: "Strength: the product B A is multiplied by alpha / rank.",
      range: { min: 0, exclusive: true },
      default: {
        derived: "2 × rank",
        from: (draft) => 2 * (typeof draft["rank"] === "number" ? draft["rank"] : 8),
      },
      why: "Twice the rank keeps the strength at 2 whatever the rank, so the learning rate carries over.",
      impact: "low",
      related: ["rank"],
    },
    {
      name: "dropout",
      type: { is: "number" },
      doc: "Share of the inputs of the low-rank path that is dropped in training.",
      range: { min: 0, max: 0.99 },
      default: { value: 0 },
      why: "So few weights seldom over-fit; without it the low-rank path can be merged into the weight, which is faster.",
      impact: "low",
    },
    {
      name: "targets",
      type: { is: "list", of: { is: "text" } },
      doc: "Linear layers that are adapted, by the last name of their path in the checkpoint.",
      default: {
        derived: "the attention projections that LoRA adapts in the base's family",
        from: (_draft, context) => {
          const named = familyCapabilities(context)?.["targets"];
          return Array.isArray(named) ? (named as string[]) : ["query", "value"];
        },
      },
      why: "Query and value are what the LoRA paper adapts; `dense` layers too come nearer to full fine-tuning at more cost.",
      impact: "medium",
    },
    {
      name: "from",
      type: { is: "string" },
      doc: "Folder of a PEFT adapter to start from (adapter_model.safetensors); rank, alpha and targets must be its own.",
      why: "Goes on from an adapter trained elsewhere; without it, A is random and B is zero.",
      impact: "high",
    },
  ],
  check(call, context) {
    const shapes = baseFacts(context)?.shapes;
    if (!shapes) return;
    for (const target of loraSettings(call).targets)
      if (!linearsNamed(shapes, [target]).length)
        context.report("no-target", { target, has: linearNames(shapes) }, "targets");
  },
  capabilities: {
    saves: "adapter",
    /** Trainable parameters beside the head, from the base's shapes. */
    trainableParameters: (call: Call, shapes: Readonly<Record<string, readonly number[]>>): number => {
      const { rank, targets } = loraSettings(call);
      return linearsNamed(shapes, targets).reduce((n, layer) => n + rank * (layer.in + layer.out), 0);
    },
    /** Further checkpoint that holds initial values, or null. */
    startsFrom: (call: Call): string | null => loraSettings(call).from,
  },
  load: () => import("./lora.run.js").then((m) => m.lora),
};

function linearNames(shapes: Readonly<Record<string, readonly number[]>>): string[] {
  const names = Object.entries(shapes).flatMap(([name, shape]) => {
    const path = name.replace(/\.weight$/, "");
    return shape.length === 2 && name.endsWith(".weight") && !isEmbedding(path)
      ? [path.slice(path.lastIndexOf(".") + 1)]
      : [];
  });
  return [...new Set(names)].sort();
}
