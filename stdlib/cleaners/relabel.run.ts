import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts } from "../lib/cleaners/text-roles.js";

const roles: ReadonlySet<string> = new Set(["label", "labels", "tags"]);

export const relabel: CleanerImplementation = {
  start: ({ arguments: given }) => {
    const { record } = given["labels"] as { readonly record: Readonly<Record<string, string>> };
    const names = new Map(Object.entries(record));
    return ({ values }) => {
      const renamed = changeTexts(
        values,
        (label) => names.get(label) ?? label,
        (role) => roles.has(role),
      );
      const { labels } = renamed;
      // Two of a text's labels may have become one.
      return {
        values: Array.isArray(labels) && renamed !== values ? { ...renamed, labels: [...new Set(labels)] } : renamed,
      };
    };
  },
};
