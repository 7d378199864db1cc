/** Codes of running sweeps. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Arguments of each code. */
export interface TogetherSweepCodeData {
  "trial-unmeasured": { readonly metric: string; readonly step: number };
  "no-sweep-curve": { readonly sweep: string; readonly why: string };
  "no-journal": { readonly file: string; readonly why: string };
  "start-other-data": {
    readonly sweep: string;
    readonly start: string;
    readonly data: string;
    readonly trials: number;
  };
  "sweep-stopped": {
    readonly sweep: string;
    readonly trial: number;
    readonly kept: number;
    readonly values: Readonly<Record<string, string>>;
    readonly why: string;
    readonly ended: "engine" | "disk";
  };
  "trials-fail-alike": {
    readonly sweep: string;
    readonly trial: number;
    readonly failed: number;
    readonly values: Readonly<Record<string, string>>;
    readonly why: string;
  };
  "trial-not-running": { readonly sweep: string; readonly trial: number; readonly running: readonly number[] };
  "trial-not-cloned": { readonly sweep: string; readonly trial: number; readonly over: boolean };
  "not-in-space": { readonly sweep: string; readonly trial: number; readonly why: string };
  "sweep-without-picture": { readonly sweep: string; readonly topic: string };
  "no-trial-clears": {
    readonly sweep: string;
    readonly trials: number;
    readonly number: number;
    readonly missed: string;
  };
  "sweep-without-success": { readonly sweep: string; readonly trials: number; readonly last: string };
}

export const togetherSweepCodes: CodeTable<TogetherSweepCodeData> = {
  "trial-unmeasured": {
    severity: "error",
    message: (d) => `its validation is no number by \`${d.metric}\` (after step ${d.step})`,
    help: () => "let the sweep go by another metric, or validate on rows that it can measure",
    explain:
      "A sweep compares its trials by one metric on the validation split. A trial for which it has no value can't be compared, " +
      "and counts as failed; its run is kept.",
  },
  "no-sweep-curve": {
    severity: "error",
    message: (d) => `${d.sweep}.learning_curve can't be told: ${d.why}`,
    help: () =>
      "let the rows that train vary, as in `vary: { split.train: choice(10%, 20%, 40%, 80%) }`, and let three sizes or more be trained to their end; `show MODEL.learning_curve` tells of rows without a sweep",
    explain:
      "A sweep that trains on more and more of the rows says what more of them would come to: a power law goes through the scores of its sizes. It needs three sizes or more, and something that says how far scores lie apart by chance: shares of right rows do, else several seeds (`repeats`) or a fourth size.",
  },
  "no-journal": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.file)} is no journal that the sweep can start from: ${d.why}`,
    help: () =>
      "name the journal of a sweep (`runs/sweeps/NAME-HASH.jsonl`), or a file that Optuna's JournalFileBackend wrote, with goals of the same direction",
    explain:
      "The journal of a sweep is Optuna's: a line of JSON for each thing that happened to a study and its trials. A sweep reads the trials of the study that is called like the file, else of the newest one whose goals have the same directions.",
  },
  "start-other-data": {
    severity: "warning",
    message: (d) =>
      `${d.trials === 1 ? "a trial" : `${d.trials} trials`} of ${escapeControlCharacters(d.start)} that ${d.sweep} starts from ${d.trials === 1 ? "was" : "were"} scored on other data than ${d.data} is now`,
    help: (d) =>
      `leave it out of \`start\` unless what was good there is likely to be good on ${d.data}: the search takes those scores for scores of its own`,
    explain:
      "A sweep that starts from another learns from its scores as if they were of the same rows. Where the rows, their labels or how they are divided are others, the same settings may score otherwise, and the search begins where it shouldn't.",
  },
  "sweep-stopped": {
    severity: "error",
    message: (d) =>
      `${d.sweep} ended in trial ${d.trial} (${Object.entries(d.values)
        .map(([path, value]) => `${path}: ${value}`)
        .join(", ")}): ${d.why}`,
    help: (d) =>
      d.ended === "engine"
        ? `run the statement again: a new engine starts, and the sweep goes on with trial ${d.trial}; should it die there again, that trial is too large for this machine: take such values out of \`vary\``
        : `mend that and run the statement again: the sweep goes on with trial ${d.trial}`,
    notes: (d) => [
      d.kept === 0
        ? "no trial was done before it"
        : `${d.kept === 1 ? "the trial" : `the ${d.kept} trials`} before it ${d.kept === 1 ? "is" : "are"} kept`,
    ],
    explain:
      "A trial that fails is noted, and the next one begins. Without an engine, or on a full disk, every other trial would fail alike: the sweep ends, and what it has found so far stays.",
  },
  "trials-fail-alike": {
    severity: "error",
    message: (d) =>
      `${d.sweep} ended in trial ${d.trial} (${Object.entries(d.values)
        .map(([path, value]) => `${path}: ${value}`)
        .join(", ")}): three trials one after another failed alike: ${d.why}`,
    help: () => "mend that, or take the values that bring it about out of `vary`, and run the statement again",
    notes: (d) => [
      d.failed === 3
        ? "trials that failed are not tried again"
        : `${d.failed} trials failed in all, and are not tried again`,
    ],
    explain:
      "One trial that fails says little: its settings may be at fault. Three that fail for the same reason, with none between them that works, say that the next would too: the sweep ends, and what it found before stays.",
  },
  "trial-not-running": {
    severity: "error",
    message: (d) => `trial ${d.trial} of ${d.sweep} doesn't run`,
    help: (d) => (d.running.length === 0 ? "no trial of it does" : `these do: ${d.running.join(", ")}`),
    explain: "Only a trial that trains can be stopped or changed. What is done stays as it is.",
  },
  "trial-not-cloned": {
    severity: "error",
    message: (d) =>
      d.over
        ? `${d.sweep} is over: it begins no more trials`
        : `${d.sweep} has no trial ${d.trial} to begin another like it`,
    help: (d) =>
      d.over
        ? "raise `trials` and run its statement again, or train `best` with other settings"
        : "see its `trials` for their numbers",
    explain: "A clone takes the place of the next trial that the search would draw, while the sweep runs.",
  },
  "not-in-space": {
    severity: "error",
    message: (d) => `a trial like ${d.trial} of ${d.sweep} can't have that value: ${d.why}`,
    help: () => "give a value that the space of its path holds, or widen the space and run the sweep's statement again",
    explain:
      "Trials of one sweep lie in one space, so that the search can learn from all of them. A value outside it belongs in another sweep.",
  },
  "sweep-without-picture": {
    severity: "error",
    message: (d) => `${d.sweep} has nothing yet to show its ${d.topic} of`,
    help: (d) =>
      ({
        curves: "no trial told a score on its way: `validate:` says how often one is measured",
        front: "a front needs a sweep with two goals, and two trials with both scores",
        contour: "a contour needs two settings that vary, and three trials that are done and have both",
        coordinates: "lines are compared from two trials on that are done",
        distribution: "how scores lie can be told from three trials on that are done",
        importances: "what decides can be told from eight trials that are done",
        timeline: "none of its trials says when it ran",
      })[d.topic] ?? `wait for a trial with a score, then write \`show ${d.sweep}.${d.topic}\` again`,
    explain:
      "Each picture of a sweep is drawn of what its trials came to: scores, reports on the way, times. Where there are none there is no picture.",
  },
  "no-trial-clears": {
    severity: "error",
    message: (d) => `${d.sweep} has no best trial: none of ${d.trials} clears its bars`,
    help: (d) =>
      `relax \`require\`, let more trials run, or write out the values of one that \`show ${d.sweep}.trials\` lists`,
    notes: (d) => [`trial ${d.number} comes nearest, and misses ${d.missed}`],
    explain:
      "A trial that misses what `require` asks is never the best, whatever it scores. The sweep's table shows all of them, and the weights of those that come nearest are kept in their runs.",
  },
  "sweep-without-success": {
    severity: "error",
    message: (d) => `all ${d.trials} trials of ${d.sweep} failed; the last: ${d.last}`,
    explain:
      "A sweep keeps what works and goes on after a trial that fails; here none worked, so there is no best trial.",
  },
};
