import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts, spokenToo } from "../lib/cleaners/text-roles.js";

export const lowercase: CleanerImplementation = {
  start: () => (row) => ({
    values: changeTexts(
      row.values,
      (text) => text.toLowerCase(),
      (role) => spokenToo(role) || role === "tokens",
    ),
  }),
};
