/** What stages of `compress` are run with. A key of the statement has one file here that says how its stages are run (`stages.ts`). */
import type { CompressStage } from "#dsl/plan/plan.js";
import type { ModelHandle, Weights } from "../models/model-handle.js";
import type { Continues } from "../trainings/request.js";
import type { Stage, TuneSession } from "../tune-session.js";
import type { Warn } from "../warn.js";

export type Trained = ModelHandle & { readonly weights: Weights };

/** Around all stages of a statement. */
export interface Compressing {
  readonly session: TuneSession;
  readonly stage: Stage;
  readonly warn: Warn;
  /** Trains a stage's model under its name; weights are there afterwards. */
  readonly train: (of: CompressStage, continues: Continues) => Promise<ModelHandle>;
}
/** Runs a stage: its model has weights afterwards, in a run of its own. `from`: the model that it is made of. */
export type RunsStage = (of: CompressStage, from: Trained, around: Compressing) => Promise<ModelHandle>;
