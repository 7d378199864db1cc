import { predict as read } from "#dsl/compile/question.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "predict",
  doc: "Lets a model answer: labels, or text that is written on, token by token as it comes. For texts, a split, or a TypeScript value. A model that writes text may be asked before it is trained.",
  example: 'predict router on "My invoice is wrong" as answer',
  since: "0.1.0",
  operands: { what: "model" },
  connectors: { on: { takes: "any", required: true, many: true }, as: { takes: "new-name" } },
  effect: "acts",
  read,
  elsewhere: {
    infer: "predict",
    classify: "predict",
    ask: "predict",
    complete: "predict",
    max_new_tokens: "max_tokens",
    stop_sequences: "stop",
    stop_strings: "stop",
  },
  parameters: [
    {
      name: "batch_size",
      type: { is: "number", integer: true },
      doc: "Rows in one pass.",
      range: { min: 1 },
      default: { value: 64 },
      why: "It changes no result.",
      impact: "low",
    },
    {
      name: "decode",
      type: { is: "word", kind: "decoder" },
      doc: "How text is generated.",
      default: { value: { word: "greedy", kind: "decoder", arguments: {} } },
      why: "`greedy` gives the same text every time, fast; `sample` is livelier, `beam` searches for the likeliest whole.",
      impact: "medium",
    },
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Most tokens that are written for each text.",
      range: { min: 1 },
      default: { value: 64 },
      why: "A text ends earlier where the model ends it; about three quarters of a word is a token.",
      impact: "medium",
    },
    {
      name: "stop",
      type: { is: "list", of: { is: "string" } },
      doc: "Writing stops before any of these strings.",
      default: { value: [] },
      why: "Base models don't know when to end; a blank line or the next heading often tells.",
      impact: "low",
    },
  ],
};
