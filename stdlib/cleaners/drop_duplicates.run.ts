import type { CleanerImplementation } from "../kinds/data.js";
import { Fingerprints } from "../lib/fingerprints.js";
import { textKey } from "../lib/cleaners/normal-form.js";

export const dropDuplicates: CleanerImplementation = {
  start(_call, o) {
    if (o?.streamed) return byFingerprint();
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

/** Keeps 64 bits of each text and a number for its label. */
function byFingerprint(): ReturnType<CleanerImplementation["start"]> {
  const texts = new Fingerprints();
  const labels = new Map<unknown, number>();
  return (row) => {
    const label = row.values["label"];
    const number = labels.get(label) ?? labels.size;
    labels.set(label, number);
    const before = texts.meet(textKey(row.values), number);
    if (before === undefined) return { values: row.values };
    return { dropped: before === number ? "duplicate" : "duplicate under another label" };
  };
}
