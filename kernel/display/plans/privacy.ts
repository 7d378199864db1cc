/** Privacy guarantees for single rows, as lines of a training's plan and output. */
import type { Plan, PrivacyPlan, RecipePlan } from "#dsl/compiler/plan/plan.js";
import { groupedNumber, formatPercent, plural, significantText } from "../../host/value-text.js";
import { clientCount } from "./federation.js";

/** For example `ε 8 at δ 1e-5 for each row`. */
export function privacyGuaranteeText({
  epsilon,
  delta,
  unit,
}: Pick<PrivacyPlan, "epsilon" | "delta" | "unit">): string {
  return `ε ${String(epsilon)} at δ ${significantText(delta)} for each ${unit}`;
}

export function privacyMechanismText({ noise, clip, rate, steps, unit }: PrivacyPlan): string {
  const multiplier = noise === 0 ? [] : [`noise multiplier ${String(noise)}`];
  const occasion = unit === "client" ? "round" : "update";
  // The rows are unknown, because each client has its own.
  if (rate === 0) return `clip ${String(clip)} · each client computes the noise from its own number of rows`;
  const drawn = `each ${unit} is in ${unit === "client" ? "a" : "an"} ${occasion} with chance ${formatPercent(rate, 1)} (Poisson)`;
  return [...multiplier, `clip ${String(clip)}`, `${drawn}, ${plural(steps, occasion)}`].join(" · ");
}

export function privacyFacts(
  privacy: PrivacyPlan,
  plan: Pick<Plan, "recipe" | "estimates">,
): [string, string, string][] {
  const beside = noiseToSignalRatio(privacy, plan);
  return [
    ["privacy", privacyGuaranteeText(privacy), privacyMechanismText(privacy)],
    ["", "which means", guaranteeMeaningText(privacy)],
    ...(beside === null
      ? []
      : [
          [
            "",
            "noise in all",
            `${significantText(Number(beside.toPrecision(2)))} times the norm of all ${privacy.unit}s' contributions · trainings work well at 0.03, and hardly at 1 · reduce it with more ${privacy.unit}s in each ${privacy.unit === "client" ? "round" : "update"}, or fewer trained weights`,
          ] as [string, string, string],
        ]),
  ];
}

/**
 * Returns the norm of all steps' noise relative to the greatest possible norm of the units' aligned gradients: noise ·
 * √weights over the units per step. The noise grows with the root of the steps, the signal with the steps. Null: the
 * number of units is unknown.
 */
export function noiseToSignalRatio(
  { noise, rate, steps, unit }: PrivacyPlan,
  { recipe: { federated, training }, estimates }: Pick<Plan, "recipe" | "estimates">,
): number | null {
  const clients = federated ? clientCount(federated) : null;
  const units = unit === "row" ? training.batch_size * training.accumulate : clients === null ? null : rate * clients;
  return units === null || noise === 0 ? null : (noise * Math.sqrt(estimates.trainable)) / (units * Math.sqrt(steps));
}

/** For example `10 made rows, each 4 times`. */
export function canaryText({ canaries = 0, canary_copies: times = 1 }: CanarySettings): string {
  return `${plural(canaries, "made row")}${times > 1 ? `, each ${String(times)} times` : ""}`;
}
export type CanarySettings = Pick<RecipePlan, "canaries" | "canary_copies">;

export function canaryFacts(training: CanarySettings): [string, string, string][] {
  if (training.canaries === undefined) return [];
  return [
    [
      "canaries",
      canaryText(training),
      "among the training rows; `attacks: [canaries]` measures how well they are memorised",
    ],
  ];
}

/** Maximum reported factor: a larger one means nothing to readers. */
const TOLD = 1e6;

export function guaranteeMeaningText({
  epsilon,
  delta,
  unit,
}: Pick<PrivacyPlan, "epsilon" | "delta" | "unit">): string {
  const factor = Math.exp(epsilon);
  const times =
    factor < 10
      ? factor.toFixed(1)
      : factor < TOLD
        ? groupedNumber(Number(significantText(factor)))
        : `e^${significantText(epsilon)}`;
  const rest = `but for a chance of ${significantText(delta)}`;
  return `nothing that comes of it is more than ${times} times likelier with any one ${unit} than without it, ${rest}`;
}
