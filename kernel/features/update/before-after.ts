/** Scores on the start model's tasks before and after an update: significant losses, a suggestion, and the record in the run. */
import { hasSignificantForgetting } from "../../display/forgotten-examples.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { recordedReplaySharesOf, suggestNextAttempt, replayShareOf } from "../../evaluation/forgetting/next-attempt.js";
import type { TrainedModel } from "../../evaluation/forgetting/scores-since.js";
import { rewriteRunCard } from "../../training-runs/before-after-scores.js";
import { writeBeforeAfterScores, type BeforeAfterScore } from "../../runs/before-after-scores.js";
import { readExemplars } from "../../runs/continual-state.js";
import { replaySettingOf } from "./retained-rows.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { weightsRecipeHash } from "../../runs/weights.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TaskForgetting } from "../../evaluation/forgetting/forgotten-rows.js";
import { describeTasks, type LearnableTask, type TaskMetric as MeasuredBy } from "../../evaluation/forgetting/tasks.js";

interface UpdateChanges {
  readonly start: TrainedModel;
  /** Name of the start model in the statement. */
  readonly name: string;
  /** The strategies of the update. */
  readonly calls: readonly Call[];
  readonly on: readonly BeforeAfterScore[];
}

/** Saves the scores before and after the update in the run and in its model card. */
export async function saveBeforeAfterScores(
  session: OpenSession,
  handle: ModelHandle,
  { start, name, calls, on }: UpdateChanges,
  context: ExecutionContext,
): Promise<void> {
  if (!handle.weights) return;
  const startHash = weightsRecipeHash(start.weights);
  writeBeforeAfterScores(handle.weights.folder, { start: name, startHash, replayed: replayShareOf(calls), on });
  await rewriteRunCard(session, Object.assign(handle, { weights: handle.weights }), context);
}

/** Significant losses of what the start model knew, and a suggestion. */
export function suggestionAfterUpdate(
  { runs }: Pick<OpenSession, "runs">,
  options: {
    readonly start: TrainedModel;
    readonly calls: readonly Call[];
    readonly changes: readonly BeforeAfterScore[];
    readonly tasks: readonly LearnableTask[];
    readonly replay: ReplayBuffer | null;
    readonly run: string | undefined;
  },
  forgotten: readonly TaskForgetting[],
): string | null {
  const lost = forgotten.filter(hasSignificantForgetting);
  const worst = Math.max(
    0,
    ...lost.map(({ lost: rows, gained, right }) => (rows.length - gained) / Math.max(1, right)),
  );
  const since = options.changes.filter((one) => one.lost);
  // For data that were learned later, other runs have no results: they started from other weights.
  const known =
    since.length === lost.length
      ? recordedReplaySharesOf(runs, weightsRecipeHash(options.start.weights), since, "")
      : undefined;
  if (lost.length === 0) return null;
  const retained = replaySettingOf(
    lost.flatMap(({ on }) => taskOf(options.tasks, on) ?? []),
    {
      replay: options.replay,
      before: readExemplars(options.start.weights.folder),
      rows: options.replay && options.run !== undefined ? readExemplars(options.run) : [],
    },
  );
  return suggestNextAttempt(options.calls, worst, known, retained);
}

/** Changes on the start model's tasks, as saved with the run. */
export function scoreChangesOf(
  tasks: readonly LearnableTask[],
  { name, better }: MeasuredBy,
  forgotten: readonly TaskForgetting[],
): readonly BeforeAfterScore[] {
  return forgotten.flatMap((one) => {
    const task = taskOf(tasks, one.on);
    if (!task || one.after !== 0 || one.rows === 0) return [];
    const before = one.right / one.rows;
    const { value, interval } = one.moved;
    return [
      {
        data: task.plan.name,
        split: task.split,
        dataHash: task.prepared.facts.hash,
        rows: one.rows,
        metric: name,
        better: better === 1 ? ("greater" as const) : ("less" as const),
        before,
        now: before + value,
        low: interval.low,
        high: interval.high,
        lost: hasSignificantForgetting(one),
      },
    ];
  });
}

/** `on`: a name as in reports, such as `tickets.test`. */
function taskOf(tasks: readonly LearnableTask[], on: string): LearnableTask | undefined {
  const references = describeTasks(tasks);
  return tasks.find(({ split }, i) => on === `${references[i]?.data ?? ""}.${split ?? ""}`);
}
