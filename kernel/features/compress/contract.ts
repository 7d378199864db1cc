/** What stages of `compress` are run with. A key of the statement has one file here that says how its stages are run (`stages.ts`). */
import type { PlannedCompressStage, Experiment } from "#dsl/compiler/plan/action.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { TrainedWeights } from "../../runs/weights.js";
import type { TrainingContinuation } from "../../training-runs/request.js";
import type { HostContext } from "../../host/host-context.js";
import type { DisplayOutput } from "../../display/bundle-output.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import type { EngineManager } from "../../engines/manager/engine-manager.js";
import type { ModelCache } from "../../session/model-cache.js";
import type { Warn } from "../../session/warn.js";

export type TrainedModel = ModelHandle & { readonly weights: TrainedWeights };

/** Around all stages of a statement. */
export interface CompressionContext {
  /** What of the session stages need. */
  readonly session: {
    readonly weights: ModelCache;
    readonly datasets: DatasetCache;
    readonly engines: EngineManager;
    readonly models: { define(plan: ModelPlan, as: string): ModelHandle };
    /** Told of what a run has that it had not. */
    readonly trackers: { again(run: string): void };
    /** The folder of runs. */
    readonly runs: string;
  };
  readonly stage: {
    readonly hostContext: HostContext;
    readonly signal?: AbortSignal;
    /** Where runs belong. */
    readonly experiment?: Pick<Experiment, "name" | "notes">;
    readonly screen: { display(shown: DisplayOutput): void };
  };
  readonly warn: Warn;
  /** Trains a stage's model under its name; weights are there afterwards. */
  readonly train: (compressStage: PlannedCompressStage, continues: TrainingContinuation) => Promise<ModelHandle>;
}
/** Runs a stage: its model has weights afterwards, in a run of its own. `from`: the model that it is made of. */
export type CompressionStageRunner = (
  compressStage: PlannedCompressStage,
  from: TrainedModel,
  around: CompressionContext,
) => Promise<ModelHandle>;
