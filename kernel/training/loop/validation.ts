/** Validation during training: the scores, which of them is the best, and when to stop. */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { StoppingImplementation } from "#stdlib/optimizers/kind.js";
import type { TrainingPosition } from "../../runs/checkpoints.js";

/**
 * Scores the validation split; the scores include `loss` and the watched metric. Settles early when the signal aborts.
 */
export type Validate = (
  signal: AbortSignal,
  onRows: (done: number, total: number) => void,
) => Promise<Readonly<Record<string, number>>>;

export interface ValidationSetup {
  /** Null without validation. */
  readonly validate: Validate | null;
  /** The metric that decides which checkpoint is best, by its name in the scores. */
  readonly watched: { readonly name: string; readonly better: RankingDirection };
  readonly stopping: StoppingImplementation | null;
  /** Receives the number of rows done in the present validation. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called at the first validation whose watched metric is NaN. */
  readonly onUnmeasured?: (step: number) => void;
}

/** Returns the position after a validation at `step` measured `value`. A NaN is never the best. */
export function positionAfterValidation(
  position: TrainingPosition,
  step: number,
  value: number,
  { watched }: ValidationSetup,
): TrainingPosition {
  const score = oriented(value, watched);
  const { best } = position;
  const better = !Number.isNaN(score) && (best === null || score > best.score);
  return {
    ...position,
    validated: step,
    watched: [...position.watched, value],
    best: better ? { score, step } : best,
  };
}

/** Reports whether the stopping rule `call` ends the training. It never does before something was measured. */
export function shouldStopEarly(
  { best, watched: values }: TrainingPosition,
  { stopping, watched }: ValidationSetup,
  call: Call | null,
) {
  if (!stopping || !call || !best) return false;
  return stopping.stop(
    call,
    values.map((value) => oriented(value, watched)),
  );
}

/** Returns the number of validations whose watched metric is NaN. */
export function nanValidationCount({ watched }: TrainingPosition): number {
  return watched.filter(Number.isNaN).length;
}

/** Returns the value with its sign changed if necessary, so that greater is better. */
function oriented(value: number, { better }: ValidationSetup["watched"]): number {
  return better === "greater" ? value : -value;
}
