import type { CleanerImplementation } from "../kinds/data.js";
import { limitOf } from "../lib/cleaners/lengths.js";
import { readOf } from "../lib/cleaners/read.js";

export const dropShort: CleanerImplementation = {
  start: (call) => {
    const { limit, of, told } = limitOf(call);
    return ({ values }) => (of(readOf(values)) < limit ? { dropped: `shorter than ${told}` } : { values });
  },
};
