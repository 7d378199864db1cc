/** Codes of models from scratch. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

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
