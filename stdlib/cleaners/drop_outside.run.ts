import type { CleanerImplementation } from "../kinds/data.js";
import { numberIn, rangeOf } from "../lib/cleaners/ranges.js";

export const dropOutside: CleanerImplementation = {
  start: (call, o) => {
    const { role, from, to } = rangeOf(call, o?.columns);
    const dropped = `${role} outside ${String(from)}..${String(to)}`;
    return (row) => {
      const number = numberIn(row, role);
      return number === undefined || (number >= from && number <= to) ? { values: row.values } : { dropped };
    };
  },
};
