/** Codes of search methods that do not fit their search space. */
import { escapeControlCharacters, type CodeTable } from "../../../language/diagnostics/codes.js";
import { listNames, listNamesAsCode } from "../../../language/diagnostics/lists.js";

export interface SearchCodeData {
  /** `path`: a dimension with continuous values; `search`: the word. */
  "not-a-grid": { readonly path: string; readonly search: string };
  /** `points`: number of points, in words. */
  "grid-without-end": { readonly search: string; readonly points: string };
  /** `points`: half-width of a score's 95% interval. */
  "few-rows-choose": { readonly rows: number; readonly points: number; readonly data: string };
  "no-such-sweep": { readonly name: string; readonly has: readonly string[]; readonly nearest?: string };
  "other-goals": { readonly start: string; readonly has: readonly string[]; readonly wanted: readonly string[] };
  "nothing-shared": { readonly start: string; readonly varies: readonly string[]; readonly told: readonly string[] };
  "start-unread": { readonly search: string; readonly learning: readonly string[] };
  "one-goal": { readonly search: string; readonly goals: readonly string[]; readonly instead: string };
}

const START =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as earlier { vary: { batch_size: choice(8, 16) }, maximize: accuracy }';

export const searchCodes: CodeTable<SearchCodeData> = {
  "no-such-sweep": {
    severity: "error",
    message: (d) => `there is no sweep \`${escapeControlCharacters(d.name)}\` in this notebook or among its runs`,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `write one of ${listNames(d.has)}, or a journal's file in quotes`
          : 'write the name of a finished sweep, or the file of a journal in quotes: `start: "study.log"`',
    explain:
      "A bare name after `start` is a sweep of an earlier cell, or of an earlier notebook whose journal is in the folder of runs (`runs/sweeps/NAME-….jsonl`); the newest one is used. Write a file's path in quotes.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: tpe, start: earlyer, maximize: accuracy }`,
  },
  "other-goals": {
    severity: "error",
    message: (d) =>
      `the trials of \`${escapeControlCharacters(d.start)}\` had other goals: ${listNames([...new Set(d.has)])}`,
    help: (d) => `start from a sweep with the same goals (${d.wanted.join(", ")}), or remove it`,
    explain:
      "A search learns which settings score better. Scores of trials with other goals, or with the opposite direction, would mislead it.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: tpe, start: earlier, minimize: loss }`,
  },
  "nothing-shared": {
    severity: "error",
    message: (d) => `\`${escapeControlCharacters(d.start)}\` has no setting in common with this sweep`,
    help: (d) =>
      d.told.length === 0 ? "remove it: it has no trials yet" : `vary one of ${listNames(d.told)}, or remove it`,
    explain:
      "Earlier trials are useful for settings that both sweeps vary. The cell lists the others: a setting that only this sweep varies has its defined value in earlier trials, and one that only the earlier sweep varied is ignored.",
    example: `${START}\nsweep m on d as s { vary: { epochs: choice(1, 2) }, search: tpe, start: earlier, maximize: accuracy }`,
  },
  "start-unread": {
    severity: "warning",
    message: (d) => `\`${d.search}\` ignores earlier trials, so \`start\` has no effect`,
    help: (d) => `use a search that learns: ${d.learning.map((word) => `\`search: ${word}\``).join(" or ")}`,
    explain:
      "A search that learns uses earlier trials to find good settings. Random and grid searches try the same points with or without them.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: random, start: earlier, maximize: accuracy }`,
  },
  "not-a-grid": {
    severity: "error",
    message: (d) => `\`${d.search}\` tries every value once, but \`${d.path}\` has infinitely many`,
    help: (d) => `set how many to try, as in \`search: ${d.search}(4)\`, or list the values in a \`choice(…)\``,
    explain:
      "A grid tries each combination of values once. Choices, whole numbers and steps can be counted. Of a continuous range, " +
      "`points:` values are tried, evenly on its scale and including both ends.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3) }, search: grid, maximize: accuracy }',
  },
  "grid-without-end": {
    severity: "error",
    message: (d) => `\`${d.search}\` would try ${d.points} combinations, and no limit is set`,
    help: () =>
      "set a number of trials (`trials: 50`) or a time (`budget: 1h`), which spreads the trials over the grid; or use `search: tpe`",
    explain:
      "A grid multiplies the numbers of values of all settings. Above ten thousand combinations it needs a limit; the trials are then " +
      "spread over the whole grid. A search that learns comes close to the best in some dozens of trials.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3), max_length: uniform(16..512), batch_size: uniform(8..64) }, search: grid(10_000), maximize: accuracy }',
  },
  "few-rows-choose": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${escapeControlCharacters(d.data)} has only ${d.rows} validation rows: scores are uncertain by ± ${d.points} points, more than most settings differ`,
    help: () =>
      "give `validation` more rows, try only a few promising settings, and score the best one on the test rows",
    explain:
      "Validation rows choose the best of many trials. An accuracy measured on 50 rows is uncertain by ± 14 points: " +
      "the best of ten trials then leads by chance, and its score is too good. With so few rows `sweep auto` tries only recommended settings.",
  },
  "one-goal": {
    severity: "error",
    message: (d) => `\`${d.search}\` supports one goal, but ${d.goals.length} are given`,
    help: (d) => `write \`search: ${d.instead}\`, which finds a Pareto front, or keep only ${oneOf(d.goals)}`,
    explain:
      "A search by expected improvement needs a single best trial. With several goals there is none, only a Pareto front: " +
      "trials that no other beats in all goals. A threshold in `require:` limits another score without making it a goal.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: gp, maximize: [accuracy, f1(macro)] }',
  },
};

function oneOf(texts: readonly string[]): string {
  const quoted = texts.map((text) => `\`${text}\``);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].join(" or ");
}

/** Codes of sweeps: what they vary, their goals, and the best trial. */
export interface SweepCodeData {
  "known-after-run": { readonly name: string };
  "best-gone": { readonly sweep: string };
  /** `trials`: number of trials; 0 if nothing was trained. */
  "no-best": { readonly sweep: string; readonly trials: number };
  "no-goal": object;
  "same-goal": { readonly metric: string };
  /** `own`: a metric defined in the notebook. */
  "wrong-direction": {
    readonly metric: string;
    readonly found: string;
    readonly instead: string;
    readonly own: boolean;
  };
  "not-varied": { readonly path: string; readonly why: string };
  "nothing-varies": object;
  /** Numbers as written. `last`: the largest value that falls on a step. */
  "uneven-steps": { readonly path: string; readonly step: string; readonly to: string; readonly last: string };
  /** `has`: paths that have a number. */
  "no-number-there": { readonly path: string; readonly has: readonly string[]; readonly nearest?: string };
  "never-holds": { readonly relation: string };
  "scores-of-other-rows": { readonly path: string };
}

export const sweepCodes: CodeTable<SweepCodeData> = {
  "known-after-run": {
    severity: "error",
    message: (d) => `\`${d.name}\` is known only after the sweep has run`,
    help: () => "put this statement in a later cell",
    explain: "A cell is checked completely before it runs. The best trial is not known at that time.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: accuracy }\ntrain m on d with s.best',
  },
  "no-best": {
    severity: "error",
    message: (d) =>
      d.trials === 0
        ? `\`${d.sweep}\` trained nothing, so it has no best trial`
        : `none of the ${d.trials} trials of \`${d.sweep}\` has a score, so there is no best trial`,
    help: (d) =>
      d.trials === 0
        ? "run the sweep again with more time (`budget`) or a smaller base; its cell names what it scored without training"
        : "read in the sweep's cell why each trial failed, fix that and run it again",
    explain:
      "A sweep has a best trial once a trial has a score. If no training fits into the budget or all trials failed, there is none. A baseline that won is not a trial; evaluate it by name (`evaluate baseline(tfidf) on …`).",
  },
  "best-gone": {
    severity: "error",
    message: (d) => `the weights of \`${d.sweep}\`'s best trial no longer exist`,
    help: (d) =>
      `run the sweep's cell again to train it again, or train it under its own name: \`train … with ${d.sweep}.best as winner\``,
    explain:
      "A sweep stores the weights of its best trials in their run folders, and scores and settings in its journal. If a run folder is gone, its model must be trained again with the same settings.",
  },
  "no-goal": {
    severity: "error",
    message: () => "the sweep has no goal",
    help: () => "write `maximize: accuracy` or `minimize: loss`",
    explain: "A sweep needs a metric of the validation split to compare trials.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) } }',
  },
  "same-goal": {
    severity: "error",
    message: (d) => `\`${d.metric}\` is already a goal of the sweep`,
    help: () => "remove it",
    explain:
      "Several goals must be different metrics. The result is the Pareto front: trials that no other beats in all goals.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: [accuracy, accuracy] }',
  },
  "wrong-direction": {
    severity: "error",
    message: (d) => `\`${d.found}: ${d.metric}\` would select the worst trial`,
    help: (d) =>
      `write \`${d.instead}: ${d.metric}\`${d.own ? `, or define it with \`greaterIsBetter: ${String(d.found === "maximize")}\`` : ""}`,
    explain:
      "Each metric has a direction: accuracy should be high, loss and errors low. A sweep selects the best trial by it.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: loss }',
  },
  "not-varied": {
    severity: "error",
    message: (d) => `\`${d.path}\` cannot be varied`,
    help: (d) => d.why,
    explain:
      "In `vary`, keys are paths of the data, the model or the recipe, and values are search spaces: `batch_size: choice(16, 32)`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: 16 }, maximize: accuracy }',
  },
  "nothing-varies": {
    severity: "error",
    message: () => "nothing is varied: all trials would be the same training",
    help: () =>
      "write what varies, as in `vary: { batch_size: choice(16, 32) }`; to train with several seeds use `train` with `repeats`",
    explain:
      "A sweep compares trials with different settings. To learn how much the scores of one training vary by chance, train it with `repeats: 5`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { }, maximize: accuracy }',
  },
  "uneven-steps": {
    severity: "error",
    message: (d) => `steps of ${d.step} do not end at ${d.to}`,
    help: (d) => `end the range at a step, such as ${d.last}, or use another step`,
    explain: "Both ends of a range are tried. With this step, the end that you wrote would never be tried.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: uniform(8..60, step: 8) }, maximize: accuracy }',
  },
  "scores-of-other-rows": {
    severity: "warning",
    message: (d) => `trials that differ in \`${d.path}\` are scored on different rows`,
    help: () => "vary settings that keep the validation rows: `clean`, `split.train`, settings of model and recipe",
    explain:
      "The sweep ranks trials by a score on the validation split. If trials validate on different rows, a better score may only mean easier rows. `split.train` changes the number of training rows and keeps all other splits.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { sample: choice(100, 200) }, maximize: accuracy }',
  },
  "no-number-there": {
    severity: "error",
    message: (d) => `\`${d.path}\` is not a number of the sweep`,
    help: (d) => (d.nearest !== undefined ? `write \`${d.nearest}\`` : `use one of ${listNamesAsCode(d.has)}`),
    explain:
      "`where` compares numbers: varied ones, numbers inside a varied value (`technique.rank` of `choice(full, lora(rank: choice(4, 8)))`), and those of the model and the recipe. Write the full path.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, weight)], maximize: accuracy }',
  },
  "never-holds": {
    severity: "error",
    message: (d) => `no values of the sweep satisfy \`${d.relation}\``,
    help: () => "reverse the relation, or widen a range",
    explain: "A trial is only tried if all relations of `where` hold, so this sweep would have no trials.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, 8)], maximize: accuracy }',
  },
};
