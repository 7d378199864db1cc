import type { CleanerImplementation } from "../kinds.js";
import { textKey } from "./normal-form.js";

export const dropDuplicates: CleanerImplementation = {
  start() {
    const labels = new Map<string, unknown>();
    return (row) => {
      const key = textKey(row.values);
      const label = row.values["label"];
      if (!labels.has(key)) {
        labels.set(key, label);
        return { values: row.values };
      }
      return { dropped: labels.get(key) === label ? "duplicate" : "duplicate under another label" };
    };
  },
};
