/** Shared parts of cleaners that work on the numeric range of a role. */
import type { Call, Value } from "#dsl/language/types/value.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { RowToClean } from "../../data/contract.js";

/** Roles with numeric values. */
const NUMBERS = ["score", "weight"] as const;

export const numericRangeParameters = [
  {
    name: "column",
    type: { is: "column" },
    doc: "The column of the role `score` or `weight`, or the role's name.",
    positional: true,
    required: true,
    why: "Other columns hold texts and labels, which have no range.",
    impact: "medium",
  },
  {
    name: "range",
    type: { is: "range", of: { is: "number" } },
    doc: "The least and the greatest possible number, both included.",
    positional: true,
    required: true,
    why: "Regression minimises squared errors: one impossible score dominates the training.",
    impact: "high",
  },
] as const;

export function checkNumericColumn({ word, arguments: { column } }: Call, { data, report }: WordCheckContext): void {
  const columns = recordOf(data?.["columns"]);
  if (!columns || typeof column !== "string" || roleOf(column, columns) !== undefined) return;
  const has = NUMBERS.flatMap((role) => (columns[role] === undefined ? [] : [String(columns[role])]));
  report("range-of-no-numbers", { word, column, has }, "column");
}

/** Returns the numeric role of the call's column, and both ends of the range. */
export function numericRangeOf(
  { arguments: { column, range } }: Call,
  columns: Readonly<Record<string, string>> = {},
): { readonly role: string; readonly from: number; readonly to: number } {
  return { role: roleOf(String(column), columns) ?? String(column), ...(range as { from: number; to: number }) };
}

/** Returns the row's number in the role; undefined if it has none. */
export function numberOfRole({ values }: RowToClean, role: string): number | undefined {
  const value = values[role];
  return typeof value === "number" ? value : undefined;
}

function roleOf(column: string, columns: Readonly<Record<string, unknown>>): string | undefined {
  return NUMBERS.find((role) => columns[role] === column) ?? NUMBERS.find((role) => role === column && role in columns);
}

function recordOf(value: Value | undefined): Readonly<Record<string, Value>> | undefined {
  return typeof value === "object" && value !== null && "record" in value ? value.record : undefined;
}
