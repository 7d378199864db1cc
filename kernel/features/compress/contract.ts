/** What stages of `compress` are run with. A key of the statement has one file here that says how its stages are run (`stages.ts`). */
import type { CompressStage, Experiment } from "#dsl/compiler/plan/action.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { Weights } from "../../runs/weights.js";
import type { Continues } from "../../training-runs/request.js";
import type { HostContext } from "../../host/host-context.js";
import type { Shown } from "../../display/bundle-output.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import type { EngineManager } from "../../engines/manager/engine-manager.js";
import type { WeightRoom } from "../../session/model-cache.js";
import type { Warn } from "../../session/warn.js";

export type Trained = ModelHandle & { readonly weights: Weights };

/** Around all stages of a statement. */
export interface Compressing {
  /** What of the session stages need. */
  readonly session: {
    readonly weights: WeightRoom;
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
    readonly screen: { display(shown: Shown): void };
  };
  readonly warn: Warn;
  /** Trains a stage's model under its name; weights are there afterwards. */
  readonly train: (of: CompressStage, continues: Continues) => Promise<ModelHandle>;
}
/** Runs a stage: its model has weights afterwards, in a run of its own. `from`: the model that it is made of. */
export type RunsStage = (of: CompressStage, from: Trained, around: Compressing) => Promise<ModelHandle>;
