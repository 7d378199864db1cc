/** Rows that an update retains for replay: those of earlier data and of each stage, and their share of the data. */
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { type ReplayExemplar, exemplarsFile, readExemplarsAndDamage } from "../../runs/continual-state.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import { type LearnableTask, tasksLearntBeforeUpdate } from "../../evaluation/forgetting/tasks.js";
import type { ReplaySetting } from "../../evaluation/forgetting/next-attempt.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import { withExemplars, drawExemplars } from "../../training-runs/exemplars.js";
import type { UpdateContext } from "./update-context.js";
import { sampleReservoir } from "./reservoir.js";

/** `before`: the replay buffer of the update that made the start model; `rows`: the current replay buffer. */
export function replaySettingOf(
  lost: readonly Pick<LearnableTask, "prepared" | "learnt">[],
  options: {
    readonly replay: ReplayBuffer | null;
    readonly before: readonly Pick<ReplayExemplar, "hash">[];
    readonly rows: readonly Pick<ReplayExemplar, "hash">[];
  },
): ReplaySetting {
  const shares = lost.map(({ prepared }) => {
    const { hash, splits } = prepared.facts;
    const retained = options.rows.filter((row) => row.hash === hash).length;
    return retained / Math.max(1, splits[trainingSplitName(prepared)]?.rows ?? 0);
  });
  return {
    share: Math.max(0, ...shares),
    fixed: options.replay !== null && options.before.length > 0 && lost.every(({ learnt }) => learnt === 0),
    full: options.replay?.maxRows !== undefined && options.rows.length >= options.replay.maxRows,
  };
}

/** Checked before anything is trained. Coded errors `update-streamed`, `update-roles`. */
export function demandReplayableData({ strategies: { replay }, data, tasks }: UpdateContext): void {
  if (!replay) return;
  const all = [...tasksLearntBeforeUpdate(tasks).map(({ prepared }) => prepared), ...data];
  for (const [i, prepared] of all.entries())
    if (all.length > 1)
      withExemplars(prepared, drawExemplars(mustExist(all[i === 0 ? all.length - 1 : i - 1], "data"), { size: 1 }, 0));
}

/** Exemplars of what was learned before the first stage. */
export function exemplarsBeforeUpdate(
  { start: { weights: start }, strategies, tasks, warn, keeps }: UpdateContext,
  seed: number,
): readonly ReplayExemplar[] {
  const { replay } = strategies;
  if (!replay) return [];
  const saved = replay.retrainsOnAll ? { rows: [], damaged: 0 } : readExemplarsAndDamage(start.folder);
  if (saved.damaged > 0)
    warn("memory-damaged", { file: exemplarsFile(start.folder), lines: saved.damaged, kept: saved.rows.length });
  if (saved.rows.length > 0) return sampleReservoir(saved.rows, replay);
  return sampleReservoir(
    tasksLearntBeforeUpdate(tasks)
      .flatMap(({ prepared }) => drawExemplars(prepared, replay, seed))
      .filter(keeps),
    replay,
  );
}

/** Exemplars of the data that a stage has learned. */
export function exemplarsOfStage(
  { strategies: { replay }, keeps }: UpdateContext,
  { plan }: UpdateStage,
  prepared: PreparedData,
): readonly ReplayExemplar[] {
  return replay ? drawExemplars(prepared, replay, plan.recipe.training.seed).filter(keeps) : [];
}

/** Selects the rows to retain from earlier and new ones. */
export const selectRetainedExemplars = (
  { strategies: { replay } }: UpdateContext,
  rows: readonly ReplayExemplar[],
): readonly ReplayExemplar[] => (replay ? sampleReservoir(rows, replay) : rows);
