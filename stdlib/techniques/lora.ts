import { reportMissingTargets } from "./shared/no-target.js";
import type { Call } from "#dsl/language/types/value.js";
import { defineWord } from "#dsl/language/types/define.js";
import { baseFacts, familyCapabilities } from "../models/shared/base-facts.js";
import { peftAdvice } from "../foreign-names/peft.js";
import { techniqueAdvice } from "../foreign-names/values.js";
import { startFolderParameter } from "./shared/from-parameter.js";
import { linearLayerNames, findLinearLayers, type TensorShapes } from "./shared/shapes.js";
import { loraSettings } from "./shared/lora-settings.js";
import { learningRateRecord } from "./shared/rates.js";

const rate = learningRateRecord({
  rate: 2e-3,
  narrows: true,
  because: "the matrices start at zero; half as much learns slowly, and at 3e-3 one run in several collapses",
});

const saved = "remove it: a head added by the task is trained and saved anyway; other modules do not train with LoRA";

export const word = defineWord({
  kind: "technique",
  name: "lora",
  doc: "Low-rank adaptation: two small matrices train for each target layer, W + (alpha / rank) · B A; the base stays frozen. Saved as a PEFT adapter.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }',
  references: [
    {
      title: "LoRA: Low-Rank Adaptation of Large Language Models",
      by: "Hu et al.",
      year: 2021,
      url: "https://arxiv.org/abs/2106.09685",
    },
    {
      title: "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA",
      by: "Kalajdzievski",
      year: 2023,
      url: "https://arxiv.org/abs/2312.03732",
    },
    {
      title: "DoRA: Weight-Decomposed Low-Rank Adaptation",
      by: "Liu et al.",
      year: 2024,
      url: "https://arxiv.org/abs/2402.09353",
    },
  ],
  elsewhere: {
    r: "rank",
    lora_r: "rank",
    lora_alpha: "alpha",
    target_modules: "targets",
    lora_target_modules: "targets",
    lora_dropout: "dropout",
    use_rslora: "rank_stabilized",
    use_dora: "dora",
    merge_and_unload: "merge",
    adapter: "from",
  },
  advice: {
    ...peftAdvice.advice,
    ...techniqueAdvice.advice,
    lora_target_linear: "write `targets: [all]`",
    bias: "remove it: biases do not train; `bitfit` trains them",
    lora_modules_to_save: saved,
    modules_to_save: saved,
    init_lora_weights: "remove it: the second factor starts at zero, as in PEFT",
    qlora: "write `technique: lora(rank: 8), storage: nf4`",
  },
  idle: peftAdvice.idle,
  parameters: [
    {
      name: "rank",
      type: { is: "number", integer: true },
      doc: "Inner size of the two matrices. New facts or a new language need more.",
      range: { min: 1, max: 4096 },
      default: { value: 8 },
      why: "8 is enough for classification and style.",
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
      why: "Twice the rank keeps the scale at 2 for any rank, so the same learning rate works.",
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
      suggests: { from: "layers", also: ["all", "attention", "feed_forward"] },
      means: {
        all: "all linear layers of the blocks",
        attention: "the attention layers",
        feed_forward: "the feed-forward layers",
      },
      doc: "Linear layers that are adapted, by the last name of their path in the checkpoint, or by kind: `all`, `attention`, `feed_forward`.",
      default: {
        derived: "the attention projections that LoRA adapts in the base's family",
        from: (_draft, context) => familyCapabilities(context)?.targets ?? ["query", "value"],
      },
      why: "The LoRA paper adapts query and value; adding `dense` layers is closer to full fine-tuning at a higher cost.",
      impact: "medium",
    },
    {
      name: "rank_stabilized",
      type: { is: "boolean" },
      doc: "rsLoRA: the product B A is multiplied by alpha / √rank. With alpha / rank, high ranks learn ever more slowly; with this all ranks learn at a similar speed (Kalajdzievski, 2023).",
      default: { value: false },
      why: "Published settings assume plain LoRA: alpha / rank.",
      impact: "low",
      related: ["rank", "alpha"],
    },
    {
      name: "dora",
      type: { is: "boolean" },
      doc: "DoRA: the norm of each row of the adapted weight is learned separately from its direction. It behaves more like full fine-tuning, above all at low ranks, and takes about 1.5 times as long (Liu et al., 2024).",
      default: { value: false },
      why: "LoRA without DoRA takes two thirds of the time.",
      impact: "medium",
    },
    {
      name: "merge",
      type: { is: "boolean" },
      doc: "Also writes the trained model as a plain folder, `merged` in the run: the product B A is added to the base's weights.",
      why: 'The adapter alone is small, and needs its base; a merged model is as large as the base and needs nothing else. `await model.merge("folder")` writes one at any time.',
      impact: "low",
    },
    startFolderParameter(
      "Folder of a PEFT adapter to start from (adapter_model.safetensors), with the same rank, alpha, targets and options.",
    ),
  ],
  check(call, context) {
    const shapes = baseFacts(context)?.shapes;
    if (!shapes) return;
    const { rank } = loraSettings(call);
    const full = findLinearLayers(shapes, loraSettings(call).targets).find((l) => rank * (l.in + l.out) > l.in * l.out);
    if (full) {
      const layer = full.path.split(".").at(-1) ?? full.path;
      context.report("rank-not-low", { rank, layer, inputs: full.in, outputs: full.out }, "rank", "8");
    }
    const there = (target: string): boolean => findLinearLayers(shapes, [target]).length > 0;
    reportMissingTargets(context, loraSettings(call).targets, linearLayerNames(shapes), there, "targets");
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    /** The trained weights can be merged into the base's, so the model can be written as a complete one. */
    canBeMerged: true,
    /** Suggested if full fine-tuning needs too much memory. */
    suggested: "lora(rank: 8)",
    trains: "rank × (inputs + outputs) numbers for each target layer, plus one per output with DoRA",
    addedParameters: true,
    /** Trainable parameters without the head, from the base's shapes. */
    trainableParameters: (call: Call, shapes: TensorShapes, layout?: "in_out" | "out_in"): number => {
      const { rank, targets, dora } = loraSettings(call);
      return findLinearLayers(shapes, targets).reduce(
        (n, layer) => n + rank * (layer.in + layer.out) + (dora ? (layout === "in_out" ? layer.in : layer.out) : 0),
        0,
      );
    },
  },
  load: () => import("./lora.run.js").then((m) => m.lora),
});
