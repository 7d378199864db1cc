import { defineWord } from "#dsl/language/types/define.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { SplitImplementation } from "../data/contract.js";

export const word = defineWord({
  kind: "split",
  name: "by_column",
  doc: "A column of the source assigns each row to a split.",
  example: "split: by_column(part, rename: { dev: validation })",
  elsewhere: { column: "by_column", predefined: "by_column", from_column: "by_column" },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column with the names of the splits.",
      positional: true,
      required: true,
      why: "The file defines the splits.",
      impact: "high",
    },
    {
      name: "rename",
      type: { is: "record", of: { is: "text" } },
      doc: "Other names for the values in that column; two values may become one split. Files often use `dev` or `val` for `validation`.",
      default: { value: { record: {} } },
      why: "Values are names of splits unless they are renamed.",
      impact: "low",
    },
  ],
  capabilities: { namedByData: true },
  load: () => Promise.resolve(byColumn),
});

const name = /^\p{ID_Start}\p{ID_Continue}*$/u;
const mostSplits = 20;

export const byColumn: SplitImplementation = {
  stream(call) {
    const { column } = argumentsWithDefaults(word, call);
    const found = new Set<string>();
    return (row) => {
      const [part] = byColumn.assign(call, [row], 0);
      if (typeof part === "string") found.add(part);
      if (found.size > mostSplits) throw new CodedError("too-many-splits", { column, count: found.size });
      return part ?? null;
    };
  },
  assign(call, rows) {
    const { column, rename } = argumentsWithDefaults(word, call);
    const parts = rows.map((row) => {
      const value = String((row.values[column] as string | number | null | undefined) ?? "").trim();
      return Object.hasOwn(rename.record, value) ? rename.record[value]! : value;
    });
    const without = rows.filter((_, i) => parts[i] === "").map((row) => row.row);
    if (without.length > 0)
      throw new CodedError("rows-without-split", { column, rows: without.slice(0, 5), count: without.length });
    const splits = new Set(parts);
    if (splits.size > mostSplits) throw new CodedError("too-many-splits", { column, count: splits.size });
    for (const value of splits)
      if (!name.test(value)) throw new CodedError("split-name", { column, value, suggestion: suggestion(value) });
    return parts;
  },
};

function suggestion(value: string): string {
  const made = value.replace(/[^\p{ID_Continue}]+/gu, "_").replace(/^(?=\d)/, "part_");
  return /^_*$/.test(made) ? "train" : made;
}
