/** Context of an update's stages, the requirements of their strategies, and whether a stage has begun. */
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import type { Call, ModelPlan } from "#dsl/language/types/value.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { replayBufferOf } from "#dsl/compiler/plan/kept-rows.js";
import { registry } from "#stdlib/registry.js";
import type { FisherOptions, StrategyImplementation } from "#stdlib/strategies/kind.js";
import type { PreparedData } from "../../data/prepared.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { TrainedWeights } from "../../runs/weights.js";
import type { ModelCache } from "../../session/model-cache.js";
import type { ContinuedModel } from "../../training-runs/request.js";
import type { ReplayOutputSource } from "./replayed-outputs.js";
import type { ReplayExemplar } from "../../runs/continual-state.js";
import type { Warn } from "../../session/execution-context.js";
import type { LearnableTask, TaskMetric, HostContextAndSignal } from "../../evaluation/forgetting/tasks.js";
import type { TaskForgetting } from "../../evaluation/forgetting/forgotten-rows.js";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { lockHolderOf } from "../../runs/run-lock.js";
import { findRunsNamed } from "../../runs/history/runs-by-recipe.js";

export interface UpdateStrategies {
  readonly replay: ReplayBuffer | null;
  readonly fisher: FisherOptions | null;
  /** Rows are routed to the weights of the most similar data set. */
  readonly routes: boolean;
  readonly replaySources: readonly ReplayOutputSource[];
  /** Terms are added to the loss, which may be too strong. */
  readonly holds: boolean;
}
export async function loadUpdateStrategies(calls: readonly Call[]): Promise<UpdateStrategies> {
  const all = await Promise.all(
    calls.map(async (call) => ({ call, does: await loadImplementation({ ...call, kind: "strategy" }, "strategy") })),
  );
  const first = <T>(select: (one: StrategyImplementation, call: Call) => T | undefined): T | null =>
    all.map(({ call, does: one }) => select(one, call)).find((found) => found !== undefined) ?? null;
  return {
    replay: replayBufferOf(registry, calls) ?? null,
    fisher: first((one, call) => one.fisher?.(call)),
    routes: all.some(({ does: one }) => one.routes === true),
    holds: all.some(({ does: one }) => one.terms !== undefined),
    replaySources: all.flatMap(({ call, does: { replayedOutputs } }) =>
      replayedOutputs ? [{ word: call.word, computed: replayedOutputs }] : [],
    ),
  };
}

export interface UpdateContext {
  readonly weights: ModelCache;
  readonly runs: string;
  readonly define: (plan: ModelPlan, name: string) => ModelHandle;
  readonly stage: HostContextAndSignal;
  readonly start: ModelHandle & { readonly weights: TrainedWeights };
  readonly labels: readonly string[];
  readonly tasks: readonly LearnableTask[];
  readonly data: readonly PreparedData[];
  readonly strategies: UpdateStrategies;
  readonly measured: TaskMetric;
  readonly warn: Warn;
  /** Whether a row may be stored; rows to be forgotten may not. */
  readonly keeps: (row: ReplayExemplar) => boolean;
  readonly train: (
    updateStage: UpdateStage,
    options: { readonly resume: boolean; readonly continues: ContinuedModel },
  ) => Promise<ModelHandle>;
  /** Called when a row of the matrix is complete. */
  readonly onScores: (row: number, scores: readonly (number | null)[]) => void;
  /** Receives the rows that were right and are wrong after that row of the matrix. */
  readonly onForgotten: (forgotten: readonly TaskForgetting[]) => void;
}

export function isStageBegun({ runs }: UpdateContext, { name, plan }: UpdateStage): boolean {
  return findRunsNamed(runs, name, plan.recipeHash).some(
    (run) => lockHolderOf(run.path) !== null || readCheckpoints(run).length > 0,
  );
}
