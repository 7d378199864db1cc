import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { checkNumbers, rangeParameters, numberIn, rangeOf } from "./shared/ranges.js";

export const word = defineWord({
  kind: "cleaner",
  name: "clamp",
  doc: "Moves scores or weights outside a range to its nearest end. Rows without a number stay as they are. `drop_outside` drops such rows instead, which is better where the number is a mistake.",
  example:
    'data reviews { source: csv("reviews.csv"), columns: { text: review, score: stars }, clean: [drop_empty, clamp(stars, 1..5)] }',
  elsewhere: { clip: "clamp", winsorize: "clamp", winsorise: "clamp" },
  parameters: rangeParameters,
  check: checkNumbers,
  load: () => Promise.resolve(clamp),
});

export const clamp: CleanerImplementation = {
  start: (call, o) => {
    const { role, from, to } = rangeOf(call, o?.columns);
    return (row) => {
      const number = numberIn(row, role);
      if (number === undefined || (number >= from && number <= to)) return { values: row.values };
      return { values: { ...row.values, [role]: Math.min(Math.max(number, from), to) } };
    };
  },
};
