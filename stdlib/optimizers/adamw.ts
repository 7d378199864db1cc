import type { Word } from "#dsl/registry.js";

const beta = (name: string, value: number, what: string, why: string): Word["parameters"][number] => ({
  name,
  type: { is: "number" },
  doc: `Decay of the running mean of ${what}.`,
  range: { min: 0, max: 0.999999 },
  default: { value },
  why,
  impact: "low",
});

export const word: Word = {
  kind: "optimizer",
  name: "adamw",
  doc: "Adam with decoupled weight decay, exactly as torch.optim.AdamW.",
  example: "recipe quick { epochs: 3, optimizer: adamw(learning_rate: 1e-3) }",
  since: "0.1.0",
  elsewhere: {
    lr: "learning_rate",
    eps: "epsilon",
    adam_epsilon: "epsilon",
    adam_beta1: "beta1",
    adam_beta2: "beta2",
    adam: "adamw",
  },
  parameters: [
    {
      name: "learning_rate",
      type: { is: "number" },
      doc: "Step size at the schedule's height.",
      range: { min: 0, max: 10, exclusive: true },
      default: {
        derived: "1e-4 for full fine-tuning, 1e-3 where few weights train",
        from: (_draft, context) => (techniqueName(context.model?.["technique"]) === "full" ? 1e-4 : 1e-3),
      },
      why: "A pretrained model is easily upset by large steps; the few weights of an adapter start from nothing and need larger ones.",
      impact: "high",
      related: ["batch_size", "schedule"],
    },
    beta("beta1", 0.9, "gradients", "About ten steps of memory smooth a batch's noise."),
    beta(
      "beta2",
      0.999,
      "squared gradients",
      "A long memory keeps the scale of each weight steady; 0.95 suits long pretraining.",
    ),
    {
      name: "epsilon",
      type: { is: "number" },
      doc: "Added to the root of the squared gradients' mean.",
      range: { min: 0, max: 1 },
      default: { value: 1e-8 },
      why: "Small enough not to matter but where gradients vanish.",
      impact: "low",
    },
    {
      name: "weight_decay",
      type: { is: "number" },
      doc: "Share of a weight that one step at learning rate 1 takes away; applies to everything that trains.",
      range: { min: 0, max: 1 },
      default: { value: 0.01 },
      why: "PyTorch's own default; fine-tuning is short, so it changes little.",
      impact: "low",
      related: ["learning_rate"],
    },
  ],
  load: () => import("./adamw.run.js").then((m) => m.adamw),
};

function techniqueName(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && "word" in value ? String(value.word) : undefined;
}
