/** Parameters that several optimizers share. */
import type { Parameter } from "#dsl/registry.js";

/** A pretrained model is moved gently, the few weights of an adapter start from nothing: two defaults. */
export function learningRate(full: number, few: number): Parameter {
  return {
    name: "learning_rate",
    type: { is: "number" },
    doc: "Step size at the schedule's height.",
    range: { min: 0, max: 10, exclusive: true },
    default: {
      derived: `${short(full)} for full fine-tuning, ${short(few)} where few weights train, more where the technique needs larger steps`,
      from(_draft, context) {
        const name = techniqueName(context.model?.["technique"]);
        const { saves, rateFactor } = (name && context.find("technique", name)?.capabilities) || {};
        if (saves === "model") return full;
        return typeof rateFactor === "number" ? few * rateFactor : few;
      },
    },
    why: "A pretrained model is easily upset by large steps; the few weights of an adapter start from nothing and need larger ones.",
    impact: "high",
    related: ["batch_size", "schedule"],
  };
}
export function beta(name: string, value: number, what: string, why: string): Parameter {
  return {
    name,
    type: { is: "number" },
    doc: `Decay of the running mean of ${what}.`,
    range: { min: 0, max: 0.999999 },
    default: { value },
    why,
    impact: "low",
  };
}
export function weightDecay(value: number, why: string): Parameter {
  return {
    name: "weight_decay",
    type: { is: "number" },
    doc: "Share of a weight that one step at learning rate 1 takes away; applies to everything that trains.",
    range: { min: 0, max: 1 },
    default: { value },
    why,
    impact: "low",
    related: ["learning_rate"],
  };
}

/** 1e-4, 0.01. */
function short(x: number): string {
  return x < 0.01 ? x.toExponential() : String(x);
}
function techniqueName(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && "word" in value ? String(value.word) : undefined;
}
