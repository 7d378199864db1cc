/**
 * JSON that was written, and its fields: where a value stands and what it is. The place of an item of a list is the list's, so
 * that items may come in any order; of objects in lists it isn't told which fields lie in one.
 */

/** Field (its place and its value) → how often it is there. */
export type JsonFieldCounts = ReadonlyMap<string, number>;

const BETWEEN = "\u0000";

/** Null: it is no JSON. */
export function parseJson(text: string): { readonly is: unknown } | null {
  try {
    return { is: JSON.parse(text.trim()) as unknown };
  } catch {
    return null;
  }
}

/** Without recursion: whoever writes a hundred thousand brackets is told of his score all the same. */
export function jsonFieldsIn(value: unknown): JsonFieldCounts {
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

/** Null: it has none, and is a value by itself. */
function partsOf(path: string, value: unknown): readonly (readonly [string, unknown])[] | null {
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => [`${path}[]`, item] as const) : null;
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  if (entries.length === 0) return null;
  return entries.map(([name, part]) => [path === "" ? nameOf(name) : `${path}.${nameOf(name)}`, part] as const);
}
const nameOf = (name: string): string => (/^[\p{L}\p{N}_-]+$/u.test(name) ? name : JSON.stringify(name));

/** Where a field stands: `items[].price`; of JSON that is a value alone: `(the whole)`. */
export function jsonFieldPath(field: string): string {
  return field.slice(0, field.indexOf(BETWEEN)) || "(the whole)";
}
