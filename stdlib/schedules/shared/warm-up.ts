/**
 * The warm-up of all schedules, as in transformers 5 (`optimization.py`): a linear increase from zero at the first
 * step. The schedule then starts at the full rate.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";

export const warmUpAliases = { warmup_ratio: "warmup", warmup_steps: "warmup", num_warmup_steps: "warmup" } as const;

/** `warmup` with its default share of all steps. */
export const warmUpParameter = (share: { readonly share: number }) =>
  defineParameter({
    name: "warmup",
    type: { is: "number", unit: "share-or-count" },
    doc: "Share of all steps, rounded up, or number of steps, over which the rate rises. The first step has rate zero, as in transformers.",
    range: { min: 0 },
    default: { value: share },
    why:
      share.share === 0
        ? "The rate stays the same from the first step to the last."
        : "A short warm-up lets AdamW's second moments settle before full steps are taken.",
    impact: "low",
    related: ["learning_rate"],
  });

/**
 * Returns the whole number of warm-up steps. A share is rounded up, like in transformers'
 * `TrainingArguments.get_warmup_steps`.
 */
export function warmUpSteps({ arguments: { warmup } }: Call, total: number): number {
  if (typeof warmup === "number") return Math.trunc(warmup);
  if (typeof warmup === "object" && warmup !== null && "share" in warmup)
    return Math.ceil(total * Number(warmup.share));
  return 0;
}
export const warmUpCapabilities = { warmUpSteps };

/**
 * Returns the factor at step `step` (from 1) of `total`. `after`: the factor at a share (0 – 1) of the steps after the
 * warm-up.
 */
export function warmUpFactor(call: Call, step: number, total: number, after: (done: number) => number): number {
  const [taken, warmup] = [step - 1, warmUpSteps(call, total)];
  if (taken < warmup) return taken / warmup;
  return after((taken - warmup) / Math.max(1, total - warmup));
}
