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
        : `\`${d.model}\` is ${d.folds.length} models, one per fold; they can only be evaluated on \`${d.data}\``,
    help: (d) =>
      [
        ...(d.on === undefined ? [] : [`write \`evaluate ${d.model} on ${d.data}\``]),
        `choose one of them, \`${d.folds[0] ?? d.model}\` to \`${d.folds.at(-1) ?? d.model}\``,
        "train one model on all rows",
      ].join(", or "),
    explain:
      "Training on folds trains one model per fold, on all rows outside that fold. Together they estimate how well such a model does on unseen rows. Each has its own name; none is the model to use in the end.",
    example: example('train m on d as crossed\npredict crossed on "a text"'),
  },
  "fold-data": {
    severity: "error",
    message: (d) => `\`${d.data}\` is split into ${d.k} folds, but this statement needs training and validation rows`,
    help: (d) =>
      `hold out one fold: \`data one like ${d.data} { split: ${d.split.replace(/\)$/, ", fold: 1)")} }\`, or write \`split: random(train: 80%, validation: 20%)\``,
    explain:
      "`train` goes through all folds, one training each. A statement that trains one model, or many with different settings, needs data with a single split.",
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
    message: (d) => `\`${d.data}\` is split into folds, one training each, so \`repeats\` cannot be used`,
    help: () => "remove `repeats`, or train on data with one split",
    explain:
      "Folds show how scores vary with the rows, seeds how they vary with chance. Folds train once per fold. `repeats` trains once per seed on the same rows and needs validation rows.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { repeats: 3 }',
  },
  "seeds-run-out": {
    severity: "error",
    message: (d) =>
      `${String(d.repeats)} seeds starting at ${String(d.seed)} exceed the greatest seed, ${String(d.most)}`,
    help: (d) => `start with a smaller \`seed\`, at most ${String(d.most - d.repeats + 1)}`,
    explain: "`repeats` uses the recipe's seed and the following ones, one per training.",
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
    message: (d) => `the training of \`${d.model}\` is detached but has no name`,
    help: () => "add a name after `as`: `train … as night { detach: true }`, and later `attach night`",
    explain:
      "A training with `detach: true` goes on in its own process when the notebook is closed. You find it again by its name, in any notebook and on the command line, so the name is required.",
    example: `${small}\ntrain m on d { detach: true }`,
  },
  "cannot-detach": {
    severity: "error",
    message: () => "Windows cannot run detached trainings yet: their control sockets need Linux or macOS",
    help: (d) => `remove \`detach\`: \`${d.name}\` then runs in the notebook`,
    explain: "A detached training is followed and stopped over a socket in its folder.",
  },
  "attach-without-name": {
    severity: "error",
    facts: true,
    message: (d) => `the run ${d.run} has no name that a model can use`,
    help: () => 'write a name: `attach "runs/…" as night`',
    explain: "The run's name becomes the model's name. If it is not a valid Tune name, write another after `as`.",
  },
  "trains-apart": {
    severity: "error",
    message: (d) => `\`${d.name}\` trains in another process, so its weights are not here yet`,
    help: (d) => `write \`attach ${d.name}\` first: it shows the progress and loads the result when training has ended`,
    explain:
      "A statement with `detach: true` starts a training or a sweep and returns at once. `attach` waits for it and gives the name its weights or the sweep's result. If it has already ended, the result opens at once.",
    example: `${small}\ntrain m on d as night { detach: true }\npredict night on "text"`,
  },
};
