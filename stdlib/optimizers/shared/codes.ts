/** Error codes of optimizer settings. */
import { learningRateText } from "../../techniques/shared/rates.js";
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface OptimizersCodeData {
  "nesterov-without-momentum": Record<never, never>;
  "rate-far-off": {
    readonly optimizer: string;
    readonly rate: number;
    readonly usual: number;
    /** What the usual rate belongs to: a technique, with the base's width where that matters. */
    readonly of: string;
  };
}

export const optimizersCodes: CodeTable<OptimizersCodeData> = {
  "rate-far-off": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `the learning rate ${learningRateText(d.rate)} is ${times(d.rate, d.usual)} the usual rate of ${d.of} with ${d.optimizer}, ${learningRateText(d.usual)}`,
    help: (d) =>
      `write \`learning_rate: ${learningRateText(d.usual)}\`, or remove it to use that default${d.rate > d.usual ? "" : "; with so small a rate the model hardly learns"}`,
    explain:
      "Each technique has a default learning rate found by sweeps on real data (see `show NAME.plan`). Ten times " +
      "this much usually damages a pretrained model; a fortieth hardly changes it. A `sweep` over " +
      "`log(…)` finds the best rate for your data.",
  },
  "nesterov-without-momentum": {
    severity: "error",
    message: () => "`nesterov` needs momentum, but `momentum` is 0",
    help: () => "write a `momentum` above 0, as in `sgd(momentum: 0.9, nesterov: true)`, or remove `nesterov`",
    explain:
      "Nesterov momentum takes the gradient step after the velocity step. With a momentum of 0 there is no velocity, so it has no effect.",
    example: "recipe r { optimizer: sgd(momentum: 0, nesterov: true) }",
  },
};

function times(rate: number, usual: number): string {
  const ratio = rate / usual;
  return ratio >= 1 ? `${String(Number(ratio.toPrecision(2)))} times` : `a ${ordinal(Math.round(1 / ratio))} of`;
}
function ordinal(n: number): string {
  const tail = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n.toLocaleString("en-US")}${tail}`;
}
