/**
 * Interface of the steps of `compress`. Each key of the statement has one file in this folder that runs its steps
 * (`stages.ts`).
 */
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

export interface CompressionContext {
  readonly session: {
    readonly weights: ModelCache;
    readonly datasets: DatasetCache;
    readonly engines: EngineManager;
    readonly models: { define(plan: ModelPlan, as: string): ModelHandle };
    /** Notified when a finished run gets new results. */
    readonly trackers: { again(run: string): void };
    readonly runs: string;
  };
  readonly stage: {
    readonly hostContext: HostContext;
    readonly signal?: AbortSignal;
    readonly experiment?: Pick<Experiment, "name" | "notes">;
    readonly screen: { display(shown: DisplayOutput): void };
  };
  readonly warn: Warn;
  /** Trains a step's model under its name; its weights exist afterwards. */
  readonly train: (compressStage: PlannedCompressStage, continues: TrainingContinuation) => Promise<ModelHandle>;
}
/** Runs a step: its model has weights afterwards, in its own run. `from`: the input model. */
export type CompressionStageRunner = (
  compressStage: PlannedCompressStage,
  from: TrainedModel,
  around: CompressionContext,
) => Promise<ModelHandle>;
