import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { checkNumericColumn, numericRangeParameters, numberOfRole, numericRangeOf } from "./shared/ranges.js";

export const word = defineWord({
  kind: "cleaner",
  name: "clamp",
  doc: "Moves scores or weights outside a range to its nearest end. Rows without a number do not change. `drop_outside` drops such rows instead, which is better if the number is a mistake.",
  example:
    'data reviews { source: csv("reviews.csv"), columns: { text: review, score: stars }, clean: [drop_empty, clamp(stars, 1..5)] }',
  elsewhere: { clip: "clamp", winsorize: "clamp", winsorise: "clamp" },
  parameters: numericRangeParameters,
  check: checkNumericColumn,
  load: () => Promise.resolve(clamp),
});

export const clamp: CleanerImplementation = {
  start: (call, options) => {
    const { role, from, to } = numericRangeOf(call, options?.columns);
    return (row) => {
      const number = numberOfRole(row, role);
      if (number === undefined || (number >= from && number <= to)) return { values: row.values };
      return { values: { ...row.values, [role]: Math.min(Math.max(number, from), to) } };
    };
  },
};
