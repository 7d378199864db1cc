import type { CleanerImplementation } from "../kinds/data.js";
import { numberIn, rangeOf } from "../lib/cleaners/ranges.js";

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
