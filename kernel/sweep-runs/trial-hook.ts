/**
 * Schedules a trial among the others of its sweep: it trains in chunks, lets the others train in between, and can be
 * ended. Its goals are measured at validations where possible.
 */
import type { TrainingHook } from "../training/loop/hook.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { metricReadsGeneratedTexts } from "../inference/measuring/measure-metric.js";
import { writesText } from "../models/model-handle.js";

export interface TrialTurnControl {
  /** Lets other trials train; resolves when it is this one's turn again. */
  readonly pass: () => Promise<void>;
  readonly endsNow: () => "stop" | "give up" | null;
}
/** Minimum number of chunks of a training, so that requests to end it are noticed and the other trials train too. */
const CHUNKS = 8;
/** Maximum duration of a chunk in seconds. */
const CHUNK_SECONDS = 10;
/** Steps of the first chunk, before the time per step is known. */
const FIRST = 8;

export function trialHook(steps: number, { pass, endsNow }: TrialTurnControl): TrainingHook {
  return {
    stepsUntilPause: (seconds) =>
      Math.min(Math.ceil(steps / CHUNKS), seconds === null ? FIRST : Math.round(CHUNK_SECONDS / seconds)),
    pause: pass,
    endsNow,
  };
}

/** Returns the metrics that validation reports during training; the others are computed on the trained model. */
export async function metricsMeasurableInTraining(
  wanted: readonly Call[],
  { recipe }: Plan,
  registry: Registry,
): Promise<readonly Call[]> {
  if (recipe.training.validate === null) return [];
  const found: Call[] = [];
  for (const metric of wanted) {
    const measuredKinds = registry.find("metric", metric.word)?.capabilities?.outcomes ?? [];
    const timed = measuredKinds.includes("time") || measuredKinds.includes("cost");
    const written = writesText(recipe.model) && (await metricReadsGeneratedTexts(metric));
    if (!timed && !written) found.push(metric);
  }
  return found;
}
