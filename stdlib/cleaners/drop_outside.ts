import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { checkNumericColumn, numericRangeParameters, numberOfRole, numericRangeOf } from "./shared/ranges.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_outside",
  doc: "Drops rows whose score or weight is outside a range. Rows without a number stay. `clamp` keeps such rows and moves the number to the nearest end.",
  example:
    'data reviews { source: csv("reviews.csv"), columns: { text: review, score: stars }, clean: [drop_empty, drop_outside(stars, 1..5)] }',
  elsewhere: { filter_range: "drop_outside", drop_outliers: "drop_outside", remove_outliers: "drop_outside" },
  parameters: numericRangeParameters,
  check: checkNumericColumn,
  load: () => Promise.resolve(dropOutside),
});

export const dropOutside: CleanerImplementation = {
  start: (call, options) => {
    const { role, from, to } = numericRangeOf(call, options?.columns);
    const dropped = `${role} outside ${String(from)}..${String(to)}`;
    return (row) => {
      const number = numberOfRole(row, role);
      return number === undefined || (number >= from && number <= to) ? { values: row.values } : { dropped };
    };
  },
};
