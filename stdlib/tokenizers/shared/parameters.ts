/** Shared parts of the tokenizers' records. */
import { defineParameter } from "#dsl/language/types/define.js";

/** `least`: the smallest useful vocabulary of this type. */
export const vocabularyParameter = (least: number) =>
  defineParameter({
    name: "vocabulary",
    type: { is: "number", integer: true },
    doc: "Maximum number of tokens, specials included. If the texts yield fewer, a warning shows how many. Fewer tokens make longer texts.",
    range: { min: least, max: 1_000_000 },
    positional: true,
    default: { value: 8000 },
    why: "Each token is a row of the embedding, where a small model spends most of its weights.",
    impact: "high",
  });

export const minimumFrequencyParameter = defineParameter({
  name: "minimum_frequency",
  type: { is: "number", integer: true },
  doc: "Pairs that occur less often do not become a token.",
  range: { min: 1 },
  default: { value: 2 },
  why: "A pair that occurs once is not useful.",
  impact: "low",
});

export const tokenizerAliases = { vocab_size: "vocabulary", min_frequency: "minimum_frequency" } as const;
