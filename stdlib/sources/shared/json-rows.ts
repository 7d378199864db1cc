/**
 * Reads rows from lists nested in a JSON value. Each row also gets the values of the objects that enclose it, the
 * nearest first.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { valueKindText } from "./columns.js";

type Json = Readonly<Record<string, unknown>>;

/** The keys that lead to the questions in a SQuAD file. */
export const SQUAD_KEYS = ["data", "paragraphs", "qas"] as const;

export function isSquadData(value: unknown): boolean {
  let current: unknown = value;
  for (const key of SQUAD_KEYS) {
    const list: unknown = isRecord(current) ? current[key] : undefined;
    if (!Array.isArray(list) || !list.every(isRecord)) return false;
    current = list[0];
  }
  return isRecord(current) && "question" in current;
}

/** Coded error `no-rows-there`. `where`: used in that error. */
export function* rowsAtJsonPath(
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
    if (!isRecord(item)) throw new CodedError("no-rows-there", { ...where, key, has, found: valueKindText(inner) });
    yield* rowsAtJsonPath(item, rest, where, { ...around, ...beside });
  }
}
