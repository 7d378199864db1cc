/**
 * Fields of generated JSON: a path and a value each. List items share the path of their list, so items may come in any
 * order. For objects in lists, it is not recorded which fields belong to the same object.
 */

/** Maps a field (its path and value) to its number of occurrences. */
export type JsonFieldOccurrences = ReadonlyMap<string, number>;

const BETWEEN = "\u0000";

/** Parses JSON; null if the text is not JSON. */
export function parseJson(text: string): { readonly is: unknown } | null {
  try {
    return { is: JSON.parse(text.trim()) as unknown };
  } catch {
    return null;
  }
}

/** Works without recursion, so that deeply nested JSON (a hundred thousand brackets) can still be scored. */
export function jsonFieldsIn(value: unknown): JsonFieldOccurrences {
  const found = new Map<string, number>();
  const waiting: (readonly [string, unknown])[] = [["", value]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [path, content] = next;
    if (content === null) continue;
    const parts = partsOf(path, content);
    if (parts === null) {
      const field = `${path}${BETWEEN}${JSON.stringify(typeof content === "string" ? content.trim() : content)}`;
      found.set(field, (found.get(field) ?? 0) + 1);
    } else waiting.push(...parts);
  }
  return found;
}

/** Returns the parts of a list or object; null for a plain or empty value. */
function partsOf(path: string, value: unknown): readonly (readonly [string, unknown])[] | null {
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => [`${path}[]`, item] as const) : null;
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  if (entries.length === 0) return null;
  return entries.map(([name, part]) => [path === "" ? nameOf(name) : `${path}.${nameOf(name)}`, part] as const);
}
const nameOf = (name: string): string => (/^[\p{L}\p{N}_-]+$/u.test(name) ? name : JSON.stringify(name));

/** Returns the path of a field, `items[].price`; for JSON that is a single value `(the whole)`. */
export function jsonFieldPath(field: string): string {
  return field.slice(0, field.indexOf(BETWEEN)) || "(the whole)";
}
