/** Interface of pruners, which stop poor trials of a sweep during training. */
import type { Call } from "#dsl/language/types/value.js";
import type { Study, StudyTrial } from "../searches/kind.js";

export interface PrunerImplementation {
  /**
   * Decides after each reported score whether a running trial stops. The newest score is the last of `trial.reports`;
   * `steps` is the planned number of training steps. Returns the reason, which the cell displays, or null to continue.
   * Always null at the last step, when the training ends anyway.
   */
  prunes(call: Call, study: Study, trial: StudyTrial, steps: number): string | null;
  /**
   * Returns the study that the search may use for trial `number`: scores of trials pruned by other rules may mislead
   * it. Defaults to the complete study.
   */
  seen?(call: Call, study: Study, number: number): Study;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    pruner: PrunerImplementation;
  }
}
