import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_empty",
  doc: "Drops rows without text or without a label; white space and characters that show nothing count as nothing.",
  example: "clean: [drop_empty]",
  elsewhere: { dropna: "drop_empty", drop_na: "drop_empty", remove_empty: "drop_empty" },
  parameters: [
    {
      name: "labels",
      type: { is: "boolean" },
      doc: "Whether to drop rows with an empty set of labels (the role `labels`) too.",
      default: { value: false },
      why: "An empty set may mean that no label applies, which is useful for training.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(dropEmpty),
});

/** Roles that must have a value in every row, if the data has the role. */
export const requiredRoles = [
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
  "weight",
] as const;

export const dropEmpty: CleanerImplementation = {
  start: (call) => (row) => {
    const { labels } = row.values;
    if (call.arguments["labels"] === true && Array.isArray(labels) && labels.length === 0)
      return { dropped: "empty labels" };
    const role = requiredRoles.find((r) => r in row.values && isEmptyValue(row.values[r]));
    return role === undefined ? { values: row.values } : { dropped: `empty ${role}` };
  },
};

/**
 * Matches text without visible characters: white space, joiners, direction marks, Hangul fillers and the Braille blank.
 */
const blank = /^[\s\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]*$/u;

export function isEmptyValue(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && blank.test(value));
}
