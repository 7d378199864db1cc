import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts, spokenToo } from "../lib/cleaners/text-roles.js";

export const lowercase: CleanerImplementation = {
  start: ({ arguments: { locale } }) => {
    const small =
      typeof locale === "string"
        ? (text: string) => text.toLocaleLowerCase(locale)
        : (text: string) => text.toLowerCase();
    return (row) => ({ values: changeTexts(row.values, small, (role) => spokenToo(role) || role === "tokens") });
  },
};
