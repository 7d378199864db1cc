/** Error codes of optimizer settings. */
import { rateText } from "../../techniques/shared/rates.js";
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
      `the learning rate ${rateText(d.rate)} is ${times(d.rate, d.usual)} what ${d.of} takes with ${d.optimizer}, ${rateText(d.usual)}`,
    help: (d) =>
      `write \`learning_rate: ${rateText(d.usual)}\`, or leave it out: that is the default${d.rate > d.usual ? "" : "; so small a rate hardly learns"}`,
    explain:
      "Each technique has a learning rate that was found by sweeps on real data (its record and `show NAME.plan` tell it). Ten times " +
      "as much usually upsets a pretrained model for good; a fortieth of it leaves it about as it was. A `sweep` over " +
      "`log(…)` finds the one for your data.",
  },
  "nesterov-without-momentum": {
    severity: "error",
    message: () => "`nesterov` looks ahead along the momentum, and there is none",
    help: () => "write a `momentum` above 0, as in `sgd(momentum: 0.9, nesterov: true)`, or leave `nesterov` out",
    explain:
      "Nesterov's momentum takes the gradient's step after the velocity's: with a momentum of 0 there is no velocity, and the two ways are the same.",
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
