/** The work that an engine is chosen for. */
import type { Plan } from "#dsl/compiler/plan/plan.js";

/** The share of the weights that a program trains: all, few (adapters, a head, biases) or none. */
export type TrainedShare = "all" | "few" | "none";
export interface EngineWork {
  readonly trains?: TrainedShare;
  /** Serves requests: a few short rows at a time, each awaited; nothing is trained. */
  readonly answers?: true;
  readonly precision?: "f32" | "bf16";
}

/** Returns the work of a plan's training, or of inference with its model. */
export function engineWorkOf({ recipe, estimates }: Plan, purpose: "training" | "inference" = "training"): EngineWork {
  const share = estimates.trainable > estimates.parameters / 2 ? "all" : "few";
  return { trains: purpose === "inference" ? "none" : share, precision: recipe.training.precision };
}
