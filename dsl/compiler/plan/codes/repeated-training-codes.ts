/** Codes of data in folds, and of the models trained on them. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface FoldCodeData {
  "fold-model": {
    readonly model: string;
    /** Names of its models, one per fold. */
    readonly folds: readonly string[];
    readonly data: string;
    /** Other rows on which it was to be evaluated. */
    readonly on?: string;
  };
  "fold-data": { readonly data: string; readonly split: string; readonly k: number };
}

const example = (more: string): string =>
  `data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\n${more}`;

export const foldCodes: CodeTable<FoldCodeData> = {
  "fold-model": {
    severity: "error",
    message: (d) =>
      d.on === undefined
        ? `\`${d.model}\` is ${d.folds.length} models, one for each fold of \`${d.data}\``
        : `\`${d.model}\` is ${d.folds.length} models, and which of them did not see a row is known of \`${d.data}\` alone`,
    help: (d) =>
      [
        ...(d.on === undefined ? [] : [`write \`evaluate ${d.model} on ${d.data}\``]),
        `take one of them, \`${d.folds[0] ?? d.model}\` to \`${d.folds.at(-1) ?? d.model}\``,
        "train one model on all rows",
      ].join(", or "),
    explain:
      "Training on folds trains one model for each, on all rows but the fold's own. Together they say how well such a model does on rows that it has not seen; none of them is the model to use, and each has a name of its own.",
    example: example('train m on d as crossed\npredict crossed on "a text"'),
  },
  "fold-data": {
    severity: "error",
    message: (d) =>
      `\`${d.data}\` is parted into ${d.k} folds, and here rows that train and rows that validate are wanted`,
    help: (d) =>
      `hold one fold out: \`data one like ${d.data} { split: ${d.split.replace(/\)$/, ", fold: 1)")} }\`, or write \`split: random(train: 80%, validation: 20%)\``,
    explain:
      "`train` goes through all folds, one training for each. What trains a single model, or many with other settings, wants data with one split.",
    example: example("sweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: accuracy }"),
  },
};

/** Codes of trainings repeated with other seeds. */
export interface RepeatCodeData {
  "repeats-of-folds": { readonly data: string; readonly repeats: number };
  "seeds-run-out": { readonly seed: number; readonly repeats: number; readonly most: number };
}

export const repeatCodes: CodeTable<RepeatCodeData> = {
  "repeats-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` comes in folds, each of which is a training already: \`repeats\` has no place there`,
    help: () => "take `repeats` out, or train on data with one split",
    explain:
      "Folds say how far scores differ with the rows, seeds how far with chance. A training on folds is one for each fold; one with `repeats` is one for each seed, on the same rows, and needs rows that validate in each of them.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { repeats: 3 }',
  },
  "seeds-run-out": {
    severity: "error",
    message: (d) => `${String(d.repeats)} seeds from ${String(d.seed)} on would pass the greatest, ${String(d.most)}`,
    help: (d) => `begin with a smaller \`seed\`, at most ${String(d.most - d.repeats + 1)}`,
    explain: "`repeats` takes the recipe's seed and those that follow it, one for each training.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { repeats: 3, seed: 2147483647 }',
  },
};

/** Codes of trainings that run in their own process, and of watching one. */
export interface DetachCodeData {
  "detach-without-name": { readonly model: string };
  "cannot-detach": { readonly name: string };
  "trains-apart": { readonly name: string };
  "attach-without-name": { readonly run: string };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }';

export const detachCodes: CodeTable<DetachCodeData> = {
  "detach-without-name": {
    severity: "error",
    message: (d) => `the training of \`${d.model}\` has no name of its own to be found by`,
    help: () => "write one after `as`: `train … as night { detach: true }`, and later `attach night`",
    explain:
      "A training with `detach: true` goes on in a process of its own when the notebook is closed. It is found again by its name, in any notebook and from the command line, so that name must be written.",
    example: `${small}\ntrain m on d { detach: true }`,
  },
  "cannot-detach": {
    severity: "error",
    message: () => "nothing runs by itself on Windows yet: the sockets that control it are those of Linux and macOS",
    help: (d) => `leave \`detach\` out: \`${d.name}\` runs in the notebook then`,
    explain: "What runs by itself is followed and stopped over a socket in its folder.",
  },
  "attach-without-name": {
    severity: "error",
    facts: true,
    message: (d) => `the run ${d.run} has no name that a model can have here`,
    help: () => 'give it one: `attach "runs/…" as night`',
    explain: "A run's own name becomes the model's. One that is no name of Tune needs another, after `as`.",
  },
  "trains-apart": {
    severity: "error",
    message: (d) => `\`${d.name}\` trains in a process of its own: nothing here has its weights yet`,
    help: (d) =>
      `write \`attach ${d.name}\` before: it shows how the training goes, and gives what comes of it when it has ended`,
    explain:
      "A statement with `detach: true` starts a training or a sweep and ends at once. `attach` waits for it and gives the name its weights, or what the sweep found; what has ended meanwhile is opened at once.",
    example: `${small}\ntrain m on d as night { detach: true }\npredict night on "text"`,
  },
};
