import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { lengthUnitParameter, lengthLimitOf } from "./shared/lengths.js";
import { rowText } from "./shared/row-text.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_short",
  doc: "Drops rows whose text has fewer words than this. All texts of a row count: text and pair, question and context, every turn of a conversation.",
  example: "clean: [unicode, drop_short(3)]",
  elsewhere: {
    min_length: "drop_short",
    min_words: "drop_short",
    length: "drop_short",
    drop_small: "drop_short",
    unit: "by",
  },
  parameters: [
    {
      name: "limit",
      type: { is: "number", integer: true },
      doc: "The least number of words that a row may have.",
      positional: true,
      required: true,
      range: { min: 1 },
      why: "A text of one or two words seldom determines its label, and such rows are often leftovers of an export.",
      impact: "medium",
    },
    lengthUnitParameter,
  ],
  load: () => Promise.resolve(dropShort),
});

export const dropShort: CleanerImplementation = {
  start: (call) => {
    const { limit, lengthOf, limitText } = lengthLimitOf(call);
    return ({ values }) => (lengthOf(rowText(values)) < limit ? { dropped: `shorter than ${limitText}` } : { values });
  },
};
