import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { lengthUnitParameter, lengthLimitOf } from "./shared/lengths.js";
import { rowText } from "./shared/row-text.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_long",
  doc: "Drops rows whose text has more words than this. All texts of a row count: text and pair, question and context, every turn of a conversation.",
  example: "clean: [unicode, drop_long(500)]",
  elsewhere: { max_length: "drop_long", max_words: "drop_long", truncate: "drop_long", unit: "by" },
  parameters: [
    {
      name: "limit",
      type: { is: "number", integer: true },
      doc: "The greatest number of words that a row may have.",
      positional: true,
      required: true,
      range: { min: 1 },
      why: "Text after `max_length` is not read; texts of thousands of words are often several texts joined by mistake.",
      impact: "medium",
    },
    lengthUnitParameter,
  ],
  load: () => Promise.resolve(dropLong),
});

export const dropLong: CleanerImplementation = {
  start: (call) => {
    const { limit, lengthOf, limitText } = lengthLimitOf(call);
    return ({ values }) => (lengthOf(rowText(values)) > limit ? { dropped: `longer than ${limitText}` } : { values });
  },
};
