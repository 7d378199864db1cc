/** Asserts that a value exists because of earlier steps; if it does not, an internal error names it. */
import { CodedError } from "./codes.js";

/** Throws `internal` if there is no value; `what` names it: "the template". */
export function must<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new CodedError("internal", { what: `${what} is missing` });
  return value;
}

/**
 * Returns the entry of a key that was set before; throws `internal` if there is none. `what`, without its article,
 * names the entry: "split".
 */
export function mustGet<K, V>(map: { get(key: K): V | undefined }, key: K, what: string): V {
  const value = map.get(key);
  if (value === undefined) throw new CodedError("internal", { what: `there is no ${what} ${String(key)}` });
  return value;
}

/** Returns the last item of a non-empty list; throws `internal` if it is empty. */
export function lastOf<T>(list: ArrayLike<T>): T {
  if (list.length === 0) throw new CodedError("internal", { what: "the last of an empty list is asked for" });
  return list[list.length - 1]!;
}

/** Returns the code point at an index; throws `internal` if the text ends before it. */
export function codePointIn(text: string, index: number): number {
  const code = text.codePointAt(index);
  if (code === undefined)
    throw new CodedError("internal", { what: `a text of ${text.length} is asked for place ${index}` });
  return code;
}
