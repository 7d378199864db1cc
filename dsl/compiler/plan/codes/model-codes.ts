/** Codes of models that were trained before and are loaded. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface LoadedModelCodeData {
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

export const loadedModelCodes: CodeTable<LoadedModelCodeData> = {
  "kept-as-a-model": {
    severity: "error",
    message: (d) => `\`${d.name}\` is already a model, so another model's training cannot use its name`,
    help: () => "write a new name after `as`",
    explain:
      "`as` stores a training's weights under a name. Under the name of another model they would replace that model's own weights in the notebook.",
    example:
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel a { base: "b", task: text_classification }\nmodel c { base: "b", task: text_classification }\ntrain a on d as c',
  },
  "loaded-setting": {
    severity: "error",
    message: (d) =>
      `${listed(d.keys)} cannot be set with \`load\`: ${d.keys.length > 1 ? "they come" : "it comes"} from the run`,
    help: (d) =>
      `remove ${listed(d.keys)}; to train on with other settings, write a new model with the loaded model as its \`base\``,
    explain:
      "`load` opens a finished run. Its weights belong to one base, task, technique and length. A model that starts from these weights with other settings is a new one: `model next { base: last_week, task: … }`.",
    example: 'model m { load: "runs/m", task: text_classification }',
  },
  "loaded-model": {
    severity: "error",
    message: (d) => `\`${d.model}\` is a loaded, finished model and cannot be trained again under its name`,
    help: (d) => `start a new model from its weights: \`model next { base: ${d.model}, task: ${d.task} }\``,
    explain:
      "`train` always starts from a model's `base`, so a cell gives the same result when it runs twice. A loaded model is the result of a run and has no definition to start from. A new model can start from it (`base: last_week`). An interrupted run continues with its own program and `resume: true` (the panel's Resume writes it).",
    facts: true,
  },
  "run-without-log": {
    severity: "warning",
    facts: true,
    message: (d) => `the log of ${d.run} is missing: its weights can be opened, but its training history is unknown`,
    help: () => "restore events.jsonl from a copy of the run folder; check yourself whether the training had ended",
    explain:
      "A run's `events.jsonl` has its losses, scores and its end. Without it, the weights of the best or last " +
      "checkpoint are used, the history is empty, and an interrupted training cannot be recognised.",
  },
  "run-base-gone": {
    severity: "error",
    facts: true,
    message: (d) => `${d.run} was trained on the base ${d.base}, which is no longer there (${d.was})`,
    help: () =>
      'restore the base there (a link is enough); if the run trained an adapter, a model on the base\'s new path can start from it: `technique: lora(from: "…/adapter")`',
    explain:
      "A run stores what it trained, not its base, and refers to the base's folder relative to the notebook. If the base was moved, renamed or deleted since then, the run cannot find it.",
  },
  "base-changed": {
    severity: "error",
    facts: true,
    message: (d) => `the base ${d.base} is not the one that ${d.run} was trained on`,
    help: () => "restore the base's original files, or train again on the current base",
    explain:
      "A run stores what it trained, not its base. Trained weights on a different base would give nonsense, so the content of the base's files is compared with the run's record.",
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
    message: () => "a model starts either from a base or from scratch, but both are given",
    help: (d) => `remove \`base\` to train a new ${d.architecture}, or \`architecture\` to train the base`,
    explain:
      "`base` names pretrained weights; `architecture` creates new random weights. A base has its own architecture.",
    example: model(`base: "b", ${architecture}`),
  },
  "tokenizer-of-base": {
    severity: "error",
    message: () => "a base's tokenizer cannot be replaced",
    help: () => "remove `tokenizer`; it is for models from scratch, with `architecture`",
    explain:
      "A base's embeddings were trained for the tokens of its own tokenizer. With another tokenizer they would be meaningless.",
    example: model('base: "b", tokenizer: bpe(vocabulary: 1_000)'),
  },
  "scratch-trains-whole": {
    severity: "error",
    message: (d) => `\`${d.what}\` does not work for a model from scratch: ${d.why}`,
    help: () => "remove it: all weights are trained",
    explain:
      "Techniques that train few weights, and frozen parts, rely on pretrained weights. A model from scratch has none, so all its weights are trained (`technique: full`).",
    example: model(`${architecture}, technique: lora(rank: 8)`),
  },
  "base-trained-in-part": {
    severity: "error",
    message: (d) =>
      `\`${d.base}\` cannot be a base: \`technique: ${d.technique}\` added layers or tokens that a base cannot have`,
    help: (d) => `train \`${d.base}\` with \`technique: lora\` or \`full\`, or use its own base`,
    explain:
      "A model that starts from another one needs all its weights as one base. `lora`, `ia3`, `bitfit` and `head_only` can be merged into the base. Layers and tokens added by `adapters`, `prompt_tuning` and `prefix_tuning` cannot.",
    example:
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel a { base: "b", task: text_classification, technique: adapters(size: 8) }\ntrain a on d\nmodel c { base: a, task: text_classification }\ntrain c on d',
  },
  "vocabulary-not-filled": {
    severity: "warning",
    facts: true,
    message: (d) => `\`${d.data}\` gives ${d.got} tokens instead of ${d.asked}`,
    help: (d) => `write \`vocabulary: ${d.got}\`, or train on more texts`,
    explain:
      "The tokenizer is trained on the texts of the training split. They have too few frequent pieces for the requested vocabulary, so the model uses the smaller one.",
  },
  "vocabulary-too-large": {
    severity: "error",
    facts: true,
    message: (d) => `a vocabulary of ${d.asked} is too large for \`${d.data}\`, which gives ${d.got} tokens`,
    help: (d) => `write \`vocabulary: ${d.got}\` or less, or train on more texts`,
    explain:
      "The texts of the training split give less than half of the requested tokens. Most tokens of so large a vocabulary would hardly occur in training.",
  },
  "vocabulary-too-small": {
    severity: "error",
    facts: true,
    paths: ["tokenizer.vocabulary", "tokenizer"],
    message: (d) =>
      `a vocabulary of ${d.asked} is too small for the characters of \`${d.data}\`: at least ${d.least} tokens are needed`,
    help: (d) => `write \`vocabulary: ${d.least + 1}\` or more`,
    explain: "Special tokens and all single characters come first; the rest is for longer pieces.",
  },
  "no-texts-for-tokenizer": {
    severity: "error",
    facts: true,
    message: (d) => `\`${d.data}\` has no texts to train a tokenizer on`,
    help: () => "give a column the role text, text_pair, input, target, tokens or messages",
    explain: "The tokenizer of a model from scratch is trained on all texts of the training split.",
  },
};
