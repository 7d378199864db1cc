/**
 * Privacy ledger of a training: ε after each step, and the state that a checkpoint must contain to continue the count.
 */
import type { TrainingHook } from "../loop/hook.js";
import type { PrivacySpending } from "./private.js";

export function privacySpendingHook(spending: PrivacySpending): TrainingHook {
  return {
    // Each step spends privacy, so the log must not omit one.
    logsEveryStep: true,
    afterStep(_, { due }) {
      const epsilon = spending.spend(due);
      return epsilon === undefined ? {} : { epsilon };
    },
    position: () => ({ privacy: spending.done }),
  };
}
