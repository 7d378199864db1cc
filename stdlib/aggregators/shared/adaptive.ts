/**
 * Server optimizers: they treat the mean update as a gradient (Reddi et al. 2021, algorithm 2). `m` is a decaying mean
 * of updates, `v` tracks their size; both start at zero.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import type { AggregatorImplementation, RoundStateVectors } from "../kind.js";

export const FIRST_MOMENT_STATE_NAME = "m";
export const SECOND_MOMENT_STATE_NAME = "v";

type Step = NonNullable<AggregatorImplementation["step"]>;
/** Updates m ← beta_1 · m + (1 − beta_1) · Δ and v ← `grown`, then adds rate · m / (√v + tau), elementwise. */
export function adaptiveServerStep(
  { mean, saved }: Pick<Parameters<Step>[1], "mean" | "saved">,
  options: {
    readonly rate: number;
    readonly beta_1: number;
    readonly tau: number;
    /** Computes the new v from the old v and the squared Δ of one coordinate. */
    readonly grown: (v: number, square: number) => number;
  },
): Float64Array {
  const [m, v] = [stateVector(saved, FIRST_MOMENT_STATE_NAME), stateVector(saved, SECOND_MOMENT_STATE_NAME)];
  return mean.map((delta, index) => {
    m[index] = options.beta_1 * m[index]! + (1 - options.beta_1) * delta;
    v[index] = options.grown(v[index]!, delta * delta);
    return (options.rate * m[index]) / (Math.sqrt(v[index]) + options.tau);
  });
}
export function stateVector(saved: RoundStateVectors, name: string): Float64Array {
  const vector = saved[name];
  if (!vector) throw new Error(`no store for ${name}`);
  return vector;
}

export const serverLearningRateParameter = <const V extends number>(value: V, why: string) =>
  defineParameter({
    name: "learning_rate",
    type: { is: "number" },
    doc: "The server's learning rate (η): about the greatest change of a weight in a round. Updates are divided by their own size, so the clients' learning rate does not change it.",
    range: { min: 0, exclusive: true },
    default: { value },
    why,
    impact: "high",
  });
export const tauParameter = defineParameter({
  name: "tau",
  type: { is: "number" },
  doc: "Added to √v: if updates are much smaller than it, nothing is adapted (τ).",
  range: { min: 0, exclusive: true },
  default: { value: 0.001 },
  why: "The paper finds 0.001 right for most tasks.",
  impact: "medium",
});
export const betaParameters = [
  defineParameter({
    name: "beta_1",
    type: { is: "number" },
    doc: "How slowly the mean of updates fades from round to round.",
    range: { min: 0, max: 0.9999 },
    default: { value: 0.9 },
    why: "A round sees only some clients; the mean of about ten rounds is steadier.",
    impact: "medium",
  }),
  defineParameter({
    name: "beta_2",
    type: { is: "number" },
    doc: "How slowly the mean of their squares fades.",
    range: { min: 0, max: 0.9999 },
    default: { value: 0.99 },
    why: "There are tens of rounds, not thousands of steps: with 0.999 the estimate would hardly change.",
    impact: "low",
  }),
] as const;

export const adaptiveParameterAliases = {
  eta: "learning_rate",
  lr: "learning_rate",
  server_lr: "learning_rate",
  server_learning_rate: "learning_rate",
  epsilon: "tau",
  eps: "tau",
} as const;
export const adaptiveParameterAliasesWithBetas = {
  ...adaptiveParameterAliases,
  beta1: "beta_1",
  beta2: "beta_2",
} as const;
export const adaptiveParameterAdvice = {
  eta_l: "remove it: the clients' learning rate is the recipe's, `optimizer: adamw(learning_rate: 1e-3)`",
} as const;
export const adaptiveReferences = [
  {
    title: "Adaptive Federated Optimization",
    by: "Reddi et al.",
    year: 2021,
    url: "https://arxiv.org/abs/2003.00295",
  },
] as const;
