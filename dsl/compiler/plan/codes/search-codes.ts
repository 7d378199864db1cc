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
    message: (d) => `no sweep is called \`${escapeControlCharacters(d.name)}\`, in this notebook or among its runs`,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `these are there: ${listNames(d.has)}; a journal's file stands in quotes`
          : 'name a sweep that ran, or the file of a journal in quotes: `start: "study.log"`',
    explain:
      "A bare name after `start` is a sweep's: of an earlier cell, or of an earlier notebook whose journal lies in the folder of runs (`runs/sweeps/NAME-….jsonl`), of which the newest counts. A file's path stands in quotes.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: tpe, start: earlyer, maximize: accuracy }`,
  },
  "other-goals": {
    severity: "error",
    message: (d) =>
      `the trials of \`${escapeControlCharacters(d.start)}\` were after something else: ${listNames([...new Set(d.has)])}`,
    help: (d) => `start from a sweep whose goals go the same way (${d.wanted.join(", ")}), or leave it out`,
    explain:
      "A search learns which settings score better. Scores of trials that were to be low say the opposite where they are to be high, and those of other goals say nothing.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: tpe, start: earlier, minimize: loss }`,
  },
  "nothing-shared": {
    severity: "error",
    message: (d) => `\`${escapeControlCharacters(d.start)}\` varied nothing that this sweep varies`,
    help: (d) =>
      d.told.length === 0
        ? "it has no trials yet: leave it out"
        : `it varied ${listNames(d.told)}: vary one of them, or leave it out`,
    explain:
      "Trials of an earlier sweep say something of the settings that both vary. What only one of them varies is told in the cell: here it is taken as the definitions have it, and what varied there alone is left aside.",
    example: `${START}\nsweep m on d as s { vary: { epochs: choice(1, 2) }, search: tpe, start: earlier, maximize: accuracy }`,
  },
  "start-unread": {
    severity: "warning",
    message: (d) => `\`${d.search}\` looks at no earlier trials: \`start\` changes nothing`,
    help: (d) => `let the search learn: ${d.learning.map((word) => `\`search: ${word}\``).join(" or ")}`,
    explain:
      "Earlier trials tell a search that learns where good settings lie. Searches that draw by chance or go through a grid try the same points with them as without.",
    example: `${START}\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: random, start: earlier, maximize: accuracy }`,
  },
  "not-a-grid": {
    severity: "error",
    message: (d) => `\`${d.search}\` tries every value once, and \`${d.path}\` has no end of them`,
    help: (d) => `say how many are tried, as in \`search: ${d.search}(4)\`, or write its values out in a \`choice(…)\``,
    explain:
      "A grid tries each combination of values once. Choices, whole numbers and steps are values that can be counted; of a range " +
      "in which every number counts, `points:` are tried, evenly on its scale and with both ends.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3) }, search: grid, maximize: accuracy }',
  },
  "grid-without-end": {
    severity: "error",
    message: (d) => `\`${d.search}\` would try ${d.points} combinations, and nothing ends it before`,
    help: () =>
      "say how many trials (`trials: 50`) or how long (`budget: 1h`): a part of the grid is spread over the whole; or let `search: tpe` find its way",
    explain:
      "A grid multiplies the numbers of all values that vary. Above ten thousand combinations it needs a bound: with one, what is " +
      "tried is spread over the whole grid. A search that learns comes near the best with some dozens of trials.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3), max_length: uniform(16..512), batch_size: uniform(8..64) }, search: grid(10_000), maximize: accuracy }',
  },
  "few-rows-choose": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${d.rows} rows of ${escapeControlCharacters(d.data)} validate: a score of them is known to ± ${d.points} points, and settings seldom differ by as much`,
    help: () =>
      "give `validation` more rows, try few settings that are known to do well, and score the best one on the test rows",
    explain:
      "The best of many trials is chosen by the rows that validate. Of 50 rows a share of right ones is known to ± 14 points: " +
      "the best of ten trials then leads by chance, and its score is too good. `sweep auto` tries only what is recommended where so few rows validate.",
  },
  "one-goal": {
    severity: "error",
    message: (d) => `\`${d.search}\` learns from one goal, and ${d.goals.length} are written`,
    help: (d) =>
      `write \`search: ${d.instead}\`, which finds a front of several goals, or keep ${oneOf(d.goals)} alone`,
    explain:
      "A search that expects how much better than the best the next trial will be needs a best one. With several goals there is none, " +
      "but a front of trials that nothing beats in all of them. A bar in `require:` holds another score without making it a goal.",
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
    message: (d) => `\`${d.name}\` is known only when the sweep has run`,
    help: () => "put this statement in a later cell",
    explain: "A whole cell is checked before any of it runs, and the best trial is not known then.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: accuracy }\ntrain m on d with s.best',
  },
  "no-best": {
    severity: "error",
    message: (d) =>
      d.trials === 0
        ? `\`${d.sweep}\` trained nothing, so it has no best trial`
        : `none of the ${d.trials} trials of \`${d.sweep}\` has a score, so there is no best one`,
    help: (d) =>
      d.trials === 0
        ? "run the sweep again with more time (`budget`), or over a smaller base; what it scored without a training is named in its cell"
        : "the sweep's cell tells what became of each: mend that, and run it again",
    explain:
      "A sweep has a best trial once one of its trials came to a score. Where no training fits into the budget, or all trials failed, there is none: a baseline that won beside them is no trial, and is evaluated by its own name (`evaluate baseline(tfidf) on …`).",
  },
  "best-gone": {
    severity: "error",
    message: (d) => `the weights of \`${d.sweep}\`'s best trial aren't here any more`,
    help: (d) =>
      `run the sweep's cell again, which trains it anew, or train it under a name of its own: \`train … with ${d.sweep}.best as winner\``,
    explain:
      "A sweep keeps the weights of its best trials in the folders of their runs. The score and the settings are in its journal, the weights are not: where the folder is gone they are trained anew, by the same settings.",
  },
  "no-goal": {
    severity: "error",
    message: () => "the sweep has no goal",
    help: () => "write `maximize: accuracy` or `minimize: loss`",
    explain: "A sweep needs a metric of the validation split by which trials are compared.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) } }',
  },
  "same-goal": {
    severity: "error",
    message: (d) => `\`${d.metric}\` is a goal of the sweep already`,
    help: () => "leave it out",
    explain:
      "Several goals are several metrics: trials are compared by each of them, and those are found that no other beats in all.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: [accuracy, accuracy] }',
  },
  "wrong-direction": {
    severity: "error",
    message: (d) => `\`${d.found}: ${d.metric}\` would keep the worst trial`,
    help: (d) =>
      `write \`${d.instead}: ${d.metric}\`${d.own ? `, or define it with \`greaterIsBetter: ${String(d.found === "maximize")}\`` : ""}`,
    explain:
      "Each metric has a direction: scores that count what is right shall be high, losses and errors low. A sweep keeps the best trial by it.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: loss }',
  },
  "not-varied": {
    severity: "error",
    message: (d) => `\`${d.path}\` can't be varied`,
    help: (d) => d.why,
    explain:
      "In `vary`, keys are paths of the data, the model or the recipe and values are spaces: `batch_size: choice(16, 32)`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: 16 }, maximize: accuracy }',
  },
  "nothing-varies": {
    severity: "error",
    message: () => "nothing is varied: every trial would be the same training",
    help: () =>
      "write what varies, as in `vary: { batch_size: choice(16, 32) }`; `repeats` of `train` trains with several seeds",
    explain:
      "A sweep compares trials whose settings differ. To learn how far the scores of one training lie apart by chance, train it with `repeats: 5`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { }, maximize: accuracy }',
  },
  "uneven-steps": {
    severity: "error",
    message: (d) => `steps of ${d.step} don't come to ${d.to}`,
    help: (d) => `end the range at a step, as at ${d.last}, or take another step`,
    explain: "Both ends of a range are tried. A step that misses the end would leave out a value that is written.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: uniform(8..60, step: 8) }, maximize: accuracy }',
  },
  "scores-of-other-rows": {
    severity: "warning",
    message: (d) => `trials that differ in \`${d.path}\` are scored on different rows`,
    help: () => "vary what leaves the rows of validation alone: `clean`, `split.train`, settings of model and recipe",
    explain:
      "The sweep ranks trials by a score on the validation split. Where other trials hold out other rows, the better score may only say that its rows are easier. `split.train` thins the rows that train and leaves all other splits as they are.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { sample: choice(100, 200) }, maximize: accuracy }',
  },
  "no-number-there": {
    severity: "error",
    message: (d) => `\`${d.path}\` is no number of the sweep`,
    help: (d) => (d.nearest !== undefined ? `write \`${d.nearest}\`` : `numbers have ${listNamesAsCode(d.has)}`),
    explain:
      "`where` holds numbers to each other: those that vary, those that stand in a value which does (`technique.rank` of `choice(full, lora(rank: choice(4, 8)))`), and those of the model and the recipe. A path is written whole.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, weight)], maximize: accuracy }',
  },
  "never-holds": {
    severity: "error",
    message: (d) => `no values of the sweep make \`${d.relation}\` true`,
    help: () => "turn it round, or widen what varies",
    explain: "A trial is only tried where every relation of `where` holds, so this sweep would try none.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, 8)], maximize: accuracy }',
  },
};
