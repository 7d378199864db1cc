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
    message: (d) => `\`${d.metric}\` has no value on its validation rows (after step ${d.step})`,
    help: () => "use another metric for the sweep, or validate on rows for which it has a value",
    explain:
      "A sweep compares its trials by one metric on the validation split. A trial without a value cannot be compared " +
      "and counts as failed; its run is kept.",
  },
  "no-sweep-curve": {
    severity: "error",
    message: (d) => `cannot compute ${d.sweep}.learning_curve: ${d.why}`,
    help: () =>
      "vary the number of training rows, as in `vary: { split.train: choice(10%, 20%, 40%, 80%) }`, and finish trials of at least three sizes; `show MODEL.learning_curve` needs no sweep",
    explain:
      "A sweep over the number of training rows estimates the gain from more rows: it fits a power law to the scores of its sizes. It needs at least three sizes and an estimate of chance: accuracy gives one, else use several seeds (`repeats`) or a fourth size.",
  },
  "no-journal": {
    severity: "error",
    message: (d) => `the sweep cannot start from the journal ${escapeControlCharacters(d.file)}: ${d.why}`,
    help: () =>
      "name the journal of a sweep (`runs/sweeps/NAME-HASH.jsonl`), or a file that Optuna's JournalFileBackend wrote, with goals of the same direction",
    explain:
      "A sweep's journal has Optuna's format: one line of JSON for each event of a study and its trials. The sweep reads the study that has the file's name, or else the newest one whose goals have the same directions.",
  },
  "start-other-data": {
    severity: "warning",
    message: (d) =>
      `${d.trials === 1 ? "a trial" : `${d.trials} trials`} of ${escapeControlCharacters(d.start)} that ${d.sweep} starts from ${d.trials === 1 ? "was" : "were"} scored on data that differ from the current ${d.data}`,
    help: (d) =>
      `remove it from \`start\` unless its best settings are likely to be good on ${d.data}: the search treats its scores as its own`,
    explain:
      "A sweep that starts from another learns from its scores as if they came from the same rows. If the rows, labels or splits differ, the same settings may score differently and mislead the search.",
  },
  "sweep-stopped": {
    severity: "error",
    message: (d) =>
      `${d.sweep} ended in trial ${d.trial} (${Object.entries(d.values)
        .map(([path, value]) => `${path}: ${value}`)
        .join(", ")}): ${d.why}`,
    help: (d) =>
      d.ended === "engine"
        ? `run the statement again: a new engine starts, and the sweep continues with trial ${d.trial}; if it ends there again, that trial is too large for this machine: remove such values from \`vary\``
        : `fix that and run the statement again: the sweep continues with trial ${d.trial}`,
    notes: (d) => [
      d.kept === 0
        ? "no trial finished before it"
        : `${d.kept === 1 ? "the trial" : `the ${d.kept} trials`} before it ${d.kept === 1 ? "is" : "are"} kept`,
    ],
    explain:
      "After a failed trial the sweep continues with the next. Without an engine, or with a full disk, every trial would fail, so the sweep ends. Its results so far are kept.",
  },
  "trials-fail-alike": {
    severity: "error",
    message: (d) =>
      `${d.sweep} ended in trial ${d.trial} (${Object.entries(d.values)
        .map(([path, value]) => `${path}: ${value}`)
        .join(", ")}) because three trials in a row failed with the same error: ${d.why}`,
    help: () => "fix that, or remove the values that cause it from `vary`, and run the statement again",
    notes: (d) => [
      d.failed === 3 ? "failed trials are not tried again" : `${d.failed} trials failed in all and are not tried again`,
    ],
    explain:
      "One failed trial may be caused by its settings. If three in a row fail for the same reason, the next would fail too, so the sweep ends. Its earlier results are kept.",
  },
  "trial-not-running": {
    severity: "error",
    message: (d) => `trial ${d.trial} of ${d.sweep} is not running`,
    help: (d) => (d.running.length === 0 ? "no trial of it is running" : `running trials: ${d.running.join(", ")}`),
    explain: "Only a running trial can be stopped or changed. Finished trials stay as they are.",
  },
  "trial-not-cloned": {
    severity: "error",
    message: (d) =>
      d.over ? `${d.sweep} has ended and starts no more trials` : `${d.sweep} has no trial ${d.trial} to clone`,
    help: (d) =>
      d.over
        ? "increase `trials` and run its statement again, or train `best` with other settings"
        : "look up the numbers in its `trials`",
    explain: "While the sweep runs, a clone replaces the next trial that the search would choose.",
  },
  "not-in-space": {
    severity: "error",
    message: (d) => `a clone of trial ${d.trial} of ${d.sweep} cannot have that value: ${d.why}`,
    help: () => "use a value inside the space of its path, or widen the space and run the sweep's statement again",
    explain:
      "All trials of a sweep share one search space, so that the search can learn from all of them. A value outside it needs another sweep.",
  },
  "sweep-without-picture": {
    severity: "error",
    message: (d) => `${d.sweep} has no data yet for its ${d.topic}`,
    help: (d) =>
      ({
        curves: "set `validate:` to measure scores during training: no trial reported one",
        front: "a front needs a sweep with two goals, and two trials with both scores",
        contour: "a contour needs two varied settings, and three finished trials that have both",
        coordinates: "a comparison of lines needs two finished trials",
        distribution: "the distribution of scores needs three finished trials",
        importances: "importances of settings need eight finished trials",
        timeline: "no trial has a recorded time",
      })[d.topic] ?? `wait for a trial with a score, then write \`show ${d.sweep}.${d.topic}\` again`,
    explain:
      "Each figure of a sweep is drawn from the scores, intermediate reports and times of its trials. Without them there is no figure.",
  },
  "no-trial-clears": {
    severity: "error",
    message: (d) => `${d.sweep} has no best trial: none of ${d.trials} reaches its thresholds`,
    help: (d) =>
      `relax \`require\`, run more trials, or use the values of a trial listed by \`show ${d.sweep}.trials\``,
    notes: (d) => [`trial ${d.number} comes closest; it misses ${d.missed}`],
    explain:
      "A trial that misses a threshold of `require` is never the best, whatever its score. The sweep's table shows all trials, and the weights of the closest ones are stored in their runs.",
  },
  "sweep-without-success": {
    severity: "error",
    message: (d) => `all ${d.trials} trials of ${d.sweep} failed; the last: ${d.last}`,
    explain: "A sweep continues after a failed trial. Here all trials failed, so there is no best trial.",
  },
};
