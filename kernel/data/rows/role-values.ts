/**
 * Converts a column's value to its role's type: texts and labels are strings, a score or a weight is a number,
 * `labels`, `tokens` and `tags` are lists. A list may be a list (jsonl, json, tables), JSON in a text, or a separated
 * text: labels use the data's `separator`, tokens and tags white space.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";

const texts: ReadonlySet<string> = new Set([
  "text",
  "text_pair",
  "negative",
  "label",
  "input",
  "target",
  "question",
  "context",
]);
const lists: ReadonlySet<string> = new Set(["labels", "tokens", "tags"]);
/** Roles whose values are only compared for equality. */
const names: ReadonlySet<string> = new Set(["group", "id"]);
/** Separator of labels in a text. Default of the data's `separator`. */
export const LABEL_SEPARATOR = "|";

/** Small enough that sums of many weights stay finite. */
const MOST_WEIGHT = 1e9;

export interface ValueLocation {
  readonly role: string;
  readonly column: string;
  readonly row: RowIdentifier;
}

/**
 * Throws the coded errors `not-text`, `not-a-number`, `weight-out-of-range`, `not-a-list`, `rounded-number`; returns
 * null for a missing value.
 */
export function parseRoleValue(place: ValueLocation, value: unknown, separator: string = LABEL_SEPARATOR): unknown {
  if (names.has(place.role)) return nameOf(place, value);
  if (place.role === "score") return numberOf(place, value);
  if (place.role === "weight") return weightOf(place, value);
  if (lists.has(place.role)) return listOf(place, value, place.role === "labels" ? separator : null);
  if (!texts.has(place.role) || value === null || value === undefined) return value ?? null;
  return roleText(place, value);
}

function nameOf(place: ValueLocation, value: unknown): unknown {
  demandExact(place, value);
  return Number.isNaN(value) ? null : (value ?? null);
}

function roleText(place: ValueLocation, value: unknown): string | null {
  if (typeof value === "string") return value;
  // Numeric tables encode missing values as NaN.
  if (Number.isNaN(value)) return null;
  demandExact(place, value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new CodedError("not-text", { ...place, found: found(value) });
}

/** Beyond 2^53 integers are rounded, so that two may have become equal. Sources of files keep their digits. */
function demandExact(place: ValueLocation, value: unknown): void {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new CodedError("rounded-number", { ...place, found: String(value) });
}

/** A missing weight is reported with missing values of other roles. */
function weightOf(place: ValueLocation, value: unknown): number | null {
  const weight = numberOf(place, value);
  if (weight !== null && !(weight >= 0 && weight <= MOST_WEIGHT))
    throw new CodedError("weight-out-of-range", { column: place.column, row: place.row, weight });
  return weight;
}

function numberOf(place: ValueLocation, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && value.trim() === "") return null;
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new CodedError("not-a-number", {
    ...place,
    found: typeof value === "object" ? found(value) : JSON.stringify(String(value as string)),
  });
}

/** `separator` null: white space. A missing value is no list, except for labels, since a row may have none. */
function listOf(place: ValueLocation, value: unknown, separator: string | null): readonly string[] | null {
  if (value === null || value === undefined) return null;
  const items = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : null;
  if (items)
    return someOf(
      place,
      items.map((item) => itemOf(place, item)),
    );
  if (typeof value !== "string") {
    if (separator !== null && ["number", "boolean", "bigint"].includes(typeof value)) return [itemOf(place, value)];
    throw new CodedError("not-a-list", { ...place, found: found(value) });
  }
  const json = jsonList(value);
  if (json) return someOf(place, json);
  const parts = separator === null ? value.split(/\s+/u) : value.split(separator).map((part) => part.trim());
  return someOf(
    place,
    parts.filter((part) => part !== ""),
  );
}

/** Labels may be an empty list; an empty list of tokens is a missing value. */
function someOf({ role }: ValueLocation, items: readonly string[]): readonly string[] | null {
  return items.length > 0 || role === "labels" ? items : null;
}

function itemOf(place: ValueLocation, item: unknown): string {
  if (typeof item === "string") return item;
  demandExact(place, item);
  if (typeof item === "number" || typeof item === "boolean" || typeof item === "bigint") return String(item);
  throw new CodedError("not-a-list", { ...place, found: `a list that holds ${found(item)}` });
}

/** `["a", "b"]` in a cell of a csv file. */
function jsonList(text: string): readonly string[] | null {
  if (!/^\s*\[/.test(text)) return null;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item): item is string => typeof item === "string") ? list : null;
  } catch {
    return null; // words that begin with a bracket
  }
}

function found(value: unknown): string {
  if (value === null) return "nothing";
  return Array.isArray(value) ? "an array" : `${/^[aeiou]/.test(typeof value) ? "an" : "a"} ${typeof value}`;
}
