/** What steers a training: schedules, stopping, optimizers. */
import type { Call } from "#dsl/language/types/value.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

export interface ScheduleImplementation {
  /** Learning-rate factor (0 – 1) of step `step` (from 1) of `total`. */
  factor(call: Call, step: number, total: number): number;
}
export interface StoppingImplementation {
  /** `scores`: the watched metric after each validation so far, latest last, turned so that greater is better. */
  stop(call: Call, scores: readonly number[]): boolean;
}
export interface OptimizerImplementation {
  /** Prefixes of the states it keeps for a parameter (`adam.m/`): `prefix + name`. A resumed run needs them. */
  readonly states: readonly string[];
  /** Adds state and updates for every trainable parameter, given gradients and the scalar inputs `rate` and `step`. */
  apply(
    call: Call,
    graph: Graph,
    trainable: readonly { readonly name: string; readonly value: Tensor; readonly gradient: Tensor }[],
    options: { readonly rate: Tensor; readonly step: Tensor; readonly clip: number | null },
  ): { readonly norm: Tensor };
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    schedule: ScheduleImplementation;
    stopping: StoppingImplementation;
    optimizer: OptimizerImplementation;
  }
}
