/** Codes about the privacy that several private trainings spend together. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { epsilonText } from "../display/curves/time-spent.js";
import { significantText } from "../host/value-text.js";

/** Arguments of each code. */
export interface TrainingsPrivacyCodeData {
  "privacy-adds-up": {
    readonly data: string;
    readonly names: readonly string[];
    /** Number of earlier trainings. */
    readonly trainings: number;
    /** ε of this training; `epsilon`: of all together. */
    readonly own: number;
    readonly epsilon: number;
    readonly delta: number;
  };
  "privacy-lost": {
    readonly start: string;
    readonly data: string;
    /** Whether these are the rows of the private training. */
    readonly same: boolean;
    readonly unit: "row" | "client";
  };
  "privacy-of-trials": {
    readonly data: string;
    readonly trials: number;
    /** Number of earlier trainings. */
    readonly earlier: number;
    readonly own: number;
    readonly epsilon: number;
    readonly delta: number;
  };
}

export const trainingsPrivacyCodes: CodeTable<TrainingsPrivacyCodeData> = {
  "privacy-lost": {
    severity: "warning",
    message: (d) =>
      d.same
        ? `${d.start} was trained privately on the rows of ${d.data}, but this training on them is not private: the result has no guarantee for them`
        : `${d.start} was trained privately, but this training is not: there is no guarantee for the rows of ${d.data}`,
    help: () => "train with `privacy` from the base on all secret rows; or ignore this if these are not secret",
    explain:
      "The guarantee for rows of an earlier training covers everything made from its weights, as long as training does not use those rows again. Rows of a training without noise have no guarantee, whatever it starts from.",
  },
  "privacy-adds-up": {
    severity: "warning",
    message: (d) =>
      `with ${d.trainings === 1 ? "an earlier training" : `${String(d.trainings)} earlier trainings`} on the same rows of ${d.data} (${listNames(d.names)}) the total is ${epsilonText(d.epsilon)} at δ ${significantText(d.delta)}, not ${epsilonText(d.own)}`,
    help: () => "train once and choose settings on rows that are not secret; or set a smaller ε for each training",
    explain:
      "Each training reveals something about the rows, and several models reveal more than one. Their ε adds up: the accountant composes the steps of all private runs in the folder on rows with the same content, including interrupted runs and trials of sweeps.",
  },
  "privacy-of-trials": {
    severity: "warning",
    message: (d) =>
      `${String(d.trials)} trials${d.earlier === 0 ? "" : ` and ${d.earlier === 1 ? "an earlier training" : `${String(d.earlier)} earlier trainings`}`} on the same rows of ${d.data} spend ${epsilonText(d.epsilon)} at δ ${significantText(d.delta)} in total, not ${epsilonText(d.own)}`,
    help: () => "search for settings on rows that are not secret, then train once; or use fewer trials",
    explain:
      "Each trial of a sweep trains on the rows, and the best is chosen by the results of all. Their ε adds up, including trials whose weights are deleted.",
  },
};
