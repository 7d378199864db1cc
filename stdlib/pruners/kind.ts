/** What gives up a poor trial of a sweep while it trains. */
import type { Call } from "#dsl/language/types/value.js";
import type { Study, StudyTrial } from "../searches/kind.js";

export interface PrunerImplementation {
  /**
   * Asked after each report of a trial that runs (the last of `trial.reports`; `steps`: how many it would train). The reason
   * to give it up, as the cell tells it, or null; at its last step always null, for nothing is left to save.
   */
  prunes(call: Call, study: Study, trial: StudyTrial, steps: number): string | null;
  /** What the search may see when it chooses trial `number`: scores of trials that are given up by other rules may mislead it. Absent: everything. */
  seen?(call: Call, study: Study, number: number): Study;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    pruner: PrunerImplementation;
  }
}
