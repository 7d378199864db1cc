/** What has to be there because of what was done before: where it isn't, that is a defect of ours, and it is told by its name. */
import { CodedError } from "./codes.js";

/** `internal` where there is none; `what` names it: "the template". */
export function must<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new CodedError("internal", { what: `${what} is missing` });
  return value;
}

/** The entry of a key that was set before; `internal` where there is none; `what`, without its article, names the entry: "split". */
export function mustGet<K, V>(map: { get(key: K): V | undefined }, key: K, what: string): V {
  const value = map.get(key);
  if (value === undefined) throw new CodedError("internal", { what: `there is no ${what} ${String(key)}` });
  return value;
}

/** The last of a list that has one; `internal` where it is empty. */
export function lastOf<T>(list: ArrayLike<T>): T {
  if (list.length === 0) throw new CodedError("internal", { what: "the last of an empty list is asked for" });
  return list[list.length - 1]!;
}

/** The code point that begins at a place of a text; `internal` where the text ends before. */
export function codePointIn(text: string, index: number): number {
  const code = text.codePointAt(index);
  if (code === undefined)
    throw new CodedError("internal", { what: `a text of ${text.length} is asked for place ${index}` });
  return code;
}
