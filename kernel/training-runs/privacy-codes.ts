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
        ? `${d.start} learnt from the rows of ${d.data} privately, and this training learns from them again without: what comes of it promises nothing of them`
        : `${d.start} was trained privately, and this training isn't: of the rows of ${d.data} nothing is promised`,
    help: () => "train with `privacy` from the base on all rows that are secret; or let it be, where these are none",
    explain:
      "What was promised of the rows of an earlier training holds for all that is made of its weights, as long as those rows are not learnt from again. Rows of a training without noise have no promise, whatever it begins with.",
  },
  "privacy-adds-up": {
    severity: "warning",
    message: (d) =>
      `with ${d.trainings === 1 ? "an earlier training" : `${String(d.trainings)} earlier trainings`} on the same rows of ${d.data} (${listNames(d.names)}) this one comes to ${epsilonText(d.epsilon)} at δ ${significantText(d.delta)}, and not to ${epsilonText(d.own)}`,
    help: () =>
      "train once and choose settings on rows that are no secret; or promise less of each, so that all together keep what you mean",
    explain:
      "Each training tells something of the rows, and whoever sees the models of several knows more than of any one. What they spend adds up: the accountant composes the steps of all runs of the folder that learnt privately from rows with the same content, interrupted ones and trials of sweeps too.",
  },
  "privacy-of-trials": {
    severity: "warning",
    message: (d) =>
      `${String(d.trials)} trials${d.earlier === 0 ? "" : ` and ${d.earlier === 1 ? "a training" : `${String(d.earlier)} trainings`} before`} on the same rows of ${d.data} spend ${epsilonText(d.epsilon)} at δ ${significantText(d.delta)} together, and not ${epsilonText(d.own)}`,
    help: () => "search for settings on rows that are no secret, then train once; or have fewer trials",
    explain:
      "Each trial of a sweep learns from the rows, and the best of them is chosen by what all came to. What they spend adds up, also of those whose weights nobody keeps.",
  },
};
