/** Shared parts of the tokenizers' records. */
import { defineParameter } from "#dsl/language/types/define.js";

/** `least`: the smallest useful vocabulary of this type. */
export const vocabularyParameter = (least: number) =>
  defineParameter({
    name: "vocabulary",
    type: { is: "number", integer: true },
    doc: "Tokens at most, specials included. Where the texts give fewer, there are fewer, and a warning says how many. Fewer tokens make longer texts.",
    range: { min: least, max: 1_000_000 },
    positional: true,
    default: { value: 8000 },
    why: "Each token is a row of the embedding, where a small model spends most of its weights.",
    impact: "high",
  });

export const minimumFrequencyParameter = defineParameter({
  name: "minimum_frequency",
  type: { is: "number", integer: true },
  doc: "Pairs that occur less often are not made a token.",
  range: { min: 1 },
  default: { value: 2 },
  why: "What occurs once teaches nothing.",
  impact: "low",
});

export const tokenizerAliases = { vocab_size: "vocabulary", min_frequency: "minimum_frequency" } as const;
