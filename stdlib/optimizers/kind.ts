/** Interfaces of training control: schedules, stopping rules and optimizers. */
import type { Call } from "#dsl/language/types/value.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

export interface ScheduleImplementation {
  /** Returns the learning-rate factor (0 – 1) of step `step` (from 1) out of `total`. */
  factor(call: Call, step: number, total: number): number;
}
export interface StoppingImplementation {
  /**
   * Returns true to stop training. `scores`: the watched metric after each validation, latest last, with greater values
   * better.
   */
  stop(call: Call, scores: readonly number[]): boolean;
}
export interface OptimizerImplementation {
  /** Prefixes of its states per parameter (`adam.m/`), named `prefix + name`. A resumed run needs these states. */
  readonly states: readonly string[];
  /**
   * Adds states and updates for every trainable parameter, from the gradients and the scalar inputs `rate` and `step`.
   */
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
