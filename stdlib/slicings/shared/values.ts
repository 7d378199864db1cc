/**
 * Slices rows by the values of a column, the most frequent first. Numbers are in ascending order, and many different
 * numbers are grouped into quartiles. Of many other values the rare ones form one slice. Rows without a value come
 * last.
 */
import { sha256 } from "#platform/digest.js";
import type { RowPartition } from "../kind.js";
import { MISSING_VALUE_SLICE } from "./missing.js";
import { partitionByQuantiles } from "./quantiles.js";

/** Maximum distinct values that get their own slice; for numbers the maximum is `MOST_NUMBERS`. */
export const MAX_DISTINCT_VALUES = 30;
const MOST_NUMBERS = 12;
/** With more distinct values, maximum slices for the most frequent ones. */
const COMMONEST = 20;
/**
 * Maximum code units of a value stored in full. Longer ones are cut, because nobody reads them and there may be many.
 */
const LONG = 200;
const QUARTILES = 4;

/** `fewest`: minimum rows of a meaningful slice. With very many distinct values, rarer ones get no slice. */
export function partitionByValues(by: string, values: readonly unknown[], fewest: number): RowPartition {
  const texts = values.map((value) => textOf(value));
  const distinct = new Map<string, number>();
  for (const text of texts) if (text !== null) distinct.set(text, (distinct.get(text) ?? 0) + 1);
  if ([...distinct.keys()].every((text) => isNumber(text)) && distinct.size > 0) return byNumber(by, texts, distinct);
  const frequent = [...distinct].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const byRows = frequent.map(([text]) => text);
  const many = byRows.length > MAX_DISTINCT_VALUES;
  const alone = frequent.slice(0, COMMONEST).filter(([, rows]) => rows >= fewest);
  const listed = many ? byRows.slice(0, alone.length) : byRows;
  const others = byRows.length - listed.length;
  const numbers = new Map(listed.map((text, i) => [text, i]));
  const named = [...listed.map(shortened), `${others.toLocaleString("en-US")} others`, MISSING_VALUE_SLICE];
  const partOfRow = Int32Array.from(texts, (text) =>
    text === null ? listed.length + 1 : (numbers.get(text) ?? listed.length),
  );
  const noted = many ? [`${by} has ${byRows.length.toLocaleString("en-US")} values`] : [];
  return { by, names: named, partOfRow, ordered: true, notes: noted };
}

function byNumber(by: string, texts: readonly (string | null)[], distinct: ReadonlyMap<string, number>): RowPartition {
  const numbers = Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text)));
  const few = new Set(numbers.filter((value) => !Number.isNaN(value)));
  // Numbers are shown as the data has them: `1.50` stays `1.50`.
  const written = new Map([...distinct.keys()].map((text) => [Number(text), text]));
  const name = (value: number): string => written.get(value) ?? String(value);
  if (few.size > MOST_NUMBERS) return { by, ...partitionByQuantiles(numbers, QUARTILES, name), notes: [] };
  const listed = [...few].sort((a, b) => a - b);
  const place = new Map(listed.map((value, i) => [value, i]));
  const partOfRow = Int32Array.from(numbers, (value) => place.get(value) ?? listed.length);
  return { by, names: [...listed.map(name), MISSING_VALUE_SLICE], partOfRow, ordered: true, notes: [] };
}

/** Returns null if the value is missing or blank. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  const text = written(value);
  if (text.trim() === "") return null;
  return text.length <= LONG ? text : `${text.slice(0, LONG)}…${MARK}${sha256().update(text).end()}`;
}
/** Precedes the hash that tells long values with the same beginning apart; the hash is not shown. */
const MARK = "\u0000";

function shortened(text: string): string {
  const end = text.length > LONG ? text.lastIndexOf(MARK) : -1;
  return end < 0 ? text : text.slice(0, end);
}

function written(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, "");
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value as number | bigint | boolean);
}

/** Digits with a leading zero are an identifier (postcode, key), not a number. */
function isNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text.trim()) && Number.isFinite(Number(text));
}
