import type { CleanerImplementation } from "../kinds/data.js";

/** Roles that a row can't do without, when the data has them. */
export const needed = [
  "text",
  "text_pair",
  "negative",
  "messages",
  "input",
  "target",
  "question",
  "context",
  "label",
  "labels",
  "score",
  "tokens",
  "tags",
] as const;

export const dropEmpty: CleanerImplementation = {
  start: () => (row) => {
    const role = needed.find((r) => r in row.values && isEmpty(row.values[r]));
    return role === undefined ? { values: row.values } : { dropped: `empty ${role}` };
  },
};

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "");
}
