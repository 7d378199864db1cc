/** Codes of models that were trained before and are loaded. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface LoadedCodeData {
  "kept-as-a-model": { readonly name: string };
  "loaded-setting": { readonly keys: readonly string[] };
  "loaded-model": { readonly model: string; readonly task: string };
  "run-without-log": { readonly run: string };
  "run-base-gone": {
    readonly run: string;
    readonly base: string;
    /** Where it is searched. */ readonly was: string;
  };
  "base-changed": { readonly base: string; readonly run: string };
}

const listed = (keys: readonly string[]): string =>
  keys
    .map((key) => `\`${key}\``)
    .join(", ")
    .replace(/, ([^,]+)$/, " and $1");

export const loadedCodes: CodeTable<LoadedCodeData> = {
  "kept-as-a-model": {
    severity: "error",
    message: (d) => `\`${d.name}\` is a model: another model's training can't be kept under its name`,
    help: () => "write a name of its own after `as`",
    explain:
      "`as` keeps a training's weights under a name. Under the name of another model they would take its place, and that model's own weights would be gone from the notebook.",
    example:
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel a { base: "b", task: text_classification }\nmodel c { base: "b", task: text_classification }\ntrain a on d as c',
  },
  "loaded-setting": {
    severity: "error",
    message: (d) =>
      `${listed(d.keys)} ${d.keys.length > 1 ? "stand" : "stands"} beside \`load\`: every setting of a loaded model is its run's own`,
    help: (d) =>
      `leave out ${listed(d.keys)}; a model that goes on from these weights with other settings is a new one, with the loaded model's name as its \`base\``,
    explain:
      "`load` opens a finished run: its weights were made with one base, task, technique and length, and mean nothing under others. A model that begins from those weights and differs is a new one: `model next { base: last_week, task: … }`.",
    example: 'model m { load: "runs/m", task: text_classification }',
  },
  "loaded-model": {
    severity: "error",
    message: (d) => `\`${d.model}\` is a finished model; it isn't trained again under its name`,
    help: (d) => `go on from its weights with a model of its own: \`model next { base: ${d.model}, task: ${d.task} }\``,
    explain:
      "`train` always starts from a model's `base`, so that a cell that runs twice gives the same. A loaded model has no definition of its own to start from: it is what a run made. A new model may begin from it (`base: last_week`). An interrupted run goes on with its own program and `resume: true` (the panel's Resume writes it).",
    facts: true,
  },
  "run-without-log": {
    severity: "warning",
    facts: true,
    message: (d) => `the log of ${d.run} is lost: its weights open, but how they were learnt is not known`,
    help: () => "bring events.jsonl back from a copy of its folder; whether the training had ended is for you to know",
    explain:
      "A run's `events.jsonl` has its losses, scores and its end. Without it the weights are those of its best or last " +
      "checkpoint, its history is empty, and nothing says whether its training was cut off.",
  },
  "run-base-gone": {
    severity: "error",
    facts: true,
    message: (d) => `${d.run} was trained on the base ${d.base}, which is no longer there (${d.was})`,
    help: () =>
      'put the base back there (a link will do); where the run trained an adapter, a model over the base\'s new place may begin from it too: `technique: lora(from: "…/adapter")`',
    explain:
      "A run keeps what it trained, not its base, and names the base's folder relative to the notebook that trained it. A base that was moved, renamed or deleted since can't be found from the run.",
  },
  "base-changed": {
    severity: "error",
    facts: true,
    message: (d) => `the base ${d.base} is another than the one that ${d.run} was trained on`,
    help: () => "put the base's files back as they were, or train again on the base as it is now",
    explain:
      "A run keeps what it trained, not its base. Trained weights over another base would answer nonsense, so the base's files are compared by their content with what the run noted.",
  },
};

/** Codes of models from scratch. */
export interface ScratchCodeData {
  "base-and-architecture": { readonly architecture: string };
  "tokenizer-of-base": { readonly base: string };
  "scratch-trains-whole": { readonly what: string; readonly why: string };
  "base-trained-in-part": { readonly base: string; readonly technique: string };
  "vocabulary-not-filled": { readonly asked: number; readonly got: number; readonly data: string };
  "vocabulary-too-large": { readonly asked: number; readonly got: number; readonly data: string };
  "vocabulary-too-small": { readonly asked: number; readonly least: number; readonly data: string };
  "no-texts-for-tokenizer": { readonly data: string };
}

const model = (more: string): string => `model m { ${more}, task: text_classification }`;
const architecture = "architecture: bert(layers: 2, hidden: 64, heads: 2), tokenizer: wordpiece(vocabulary: 1_000)";

export const scratchCodes: CodeTable<ScratchCodeData> = {
  "base-and-architecture": {
    severity: "error",
    message: () => "a model begins from a base or from scratch, not from both",
    help: (d) => `leave out \`base\` to train a new ${d.architecture}, or \`architecture\` to go on with the base`,
    explain:
      "`base` names weights that somebody trained; `architecture` makes new ones of random numbers. A base brings its own architecture.",
    example: model(`base: "b", ${architecture}`),
  },
  "tokenizer-of-base": {
    severity: "error",
    message: () => "a base's tokenizer can't be replaced",
    help: () => "leave out `tokenizer`; it belongs to a model from scratch, beside `architecture`",
    explain:
      "The rows of a base's embedding were learnt for the tokens of its own tokenizer: with another one they would mean nothing.",
    example: model('base: "b", tokenizer: bpe(vocabulary: 1_000)'),
  },
  "scratch-trains-whole": {
    severity: "error",
    message: (d) => `\`${d.what}\` makes no sense of a model from scratch: ${d.why}`,
    help: () => "leave it out: all weights train",
    explain:
      "Techniques that train few weights, and frozen parts, live on what a base has learnt. A model from scratch has learnt nothing: all its weights train (`technique: full`).",
    example: model(`${architecture}, technique: lora(rank: 8)`),
  },
  "base-trained-in-part": {
    severity: "error",
    message: (d) => `\`${d.base}\` can't be a base: \`technique: ${d.technique}\` added to it what no base has`,
    help: (d) => `train \`${d.base}\` with \`technique: lora\` or \`full\`, or begin from its own base`,
    explain:
      "A model that begins from another one takes all its weights. What `lora`, `ia3`, `bitfit` and `head_only` train is merged into the base's own; layers and tokens that `adapters`, `prompt_tuning` and `prefix_tuning` add have no place there.",
    example:
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel a { base: "b", task: text_classification, technique: adapters(size: 8) }\ntrain a on d\nmodel c { base: a, task: text_classification }\ntrain c on d',
  },
  "vocabulary-not-filled": {
    severity: "warning",
    facts: true,
    message: (d) => `\`${d.data}\` gives ${d.got} tokens, not ${d.asked}`,
    help: (d) => `write \`vocabulary: ${d.got}\`, or train on more texts`,
    explain:
      "The tokenizer is trained on the texts of the training split. It ran out of pieces that occur often enough before it had as many tokens as asked for; the model is made for those that there are.",
  },
  "vocabulary-too-large": {
    severity: "error",
    facts: true,
    message: (d) => `a vocabulary of ${d.asked} is too large for \`${d.data}\`, which gives ${d.got} tokens`,
    help: (d) => `write \`vocabulary: ${d.got}\` or less, or train on more texts`,
    explain:
      "The texts of the training split give less than half of the tokens that were asked for. Such data are too few for a vocabulary of that size: most of its tokens would hardly be seen.",
  },
  "vocabulary-too-small": {
    severity: "error",
    facts: true,
    paths: ["tokenizer.vocabulary", "tokenizer"],
    message: (d) =>
      `a vocabulary of ${d.asked} has no room for the characters of \`${d.data}\`: ${d.least} tokens are the least`,
    help: (d) => `write \`vocabulary: ${d.least + 1}\` or more`,
    explain: "Special tokens and every single character come first; what is over is for longer pieces.",
  },
  "no-texts-for-tokenizer": {
    severity: "error",
    facts: true,
    message: (d) => `\`${d.data}\` has no texts that a tokenizer could be trained on`,
    help: () => "give a column one of the roles text, text_pair, input, target, tokens or messages",
    explain:
      "The tokenizer of a model from scratch is trained on the texts of the training split, whatever their role.",
  },
};
