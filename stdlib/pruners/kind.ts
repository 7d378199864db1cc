/** Interface of pruners, which stop poor trials of a sweep during training. */
import type { Call } from "#dsl/language/types/value.js";
import type { Study, StudyTrial } from "../searches/kind.js";

export interface PrunerImplementation {
  /**
   * Called after each report of a running trial (the last of `trial.reports`); `steps` is its total number of steps.
   * Returns the reason to stop the trial, as the cell displays it, or null. At the last step it is always null, because
   * nothing would be saved.
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
