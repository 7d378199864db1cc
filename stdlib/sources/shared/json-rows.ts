/** Rows that lie in lists within lists of a JSON value: each with the values that stand around it, the nearest first. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { kindOf } from "./columns.js";

type Json = Readonly<Record<string, unknown>>;

/** Where SQuAD keeps its questions. */
export const SQUAD = ["data", "paragraphs", "qas"] as const;

export function isSquad(value: unknown): boolean {
  let at: unknown = value;
  for (const key of SQUAD) {
    const list: unknown = isRecord(at) ? at[key] : undefined;
    if (!Array.isArray(list) || !list.every(isRecord)) return false;
    at = list[0];
  }
  return isRecord(at) && "question" in at;
}

/** Coded error `no-rows-there`. `where`: for it. */
export function* rowsWithin(
  value: unknown,
  keys: readonly string[],
  where: { readonly file: string; readonly path: string },
  around: Json = {},
): Generator<Json> {
  const [key, ...rest] = keys;
  if (key === undefined) {
    if (isRecord(value)) yield { ...around, ...value };
    return;
  }
  const has = isRecord(value) ? Object.keys(value) : [];
  if (!isRecord(value) || !Object.hasOwn(value, key))
    throw new CodedError("no-rows-there", { ...where, key, has, found: null });
  const { [key]: inner, ...beside } = value;
  const items: readonly unknown[] = Array.isArray(inner) ? inner : rest.length > 0 ? [inner] : [null];
  for (const item of items) {
    if (!isRecord(item)) throw new CodedError("no-rows-there", { ...where, key, has, found: kindOf(inner) });
    yield* rowsWithin(item, rest, where, { ...around, ...beside });
  }
}
