/** Which roles hold text that a model reads; cleaners of markup leave labels, groups and ids alone. */
export const textRoles: ReadonlySet<string> = new Set([
  "text",
  "text_pair",
  "negative",
  "input",
  "target",
  "question",
  "context",
  "answer",
]);

/** The row's values with every text changed by `change`; the same object when nothing changed. */
export function changeTexts(
  values: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
  roles: (role: string) => boolean = (role) => textRoles.has(role),
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const [role, value] of Object.entries(values)) {
    if (!roles(role)) continue;
    if (Array.isArray(value)) {
      // Lists keep their length: tokens and tags stand beside each other.
      const items = value as readonly unknown[];
      const cleaned = items.map((item) => changedItem(item, change));
      if (cleaned.some((item, i) => item !== items[i])) (changed ??= { ...values })[role] = cleaned;
      continue;
    }
    if (typeof value !== "string") continue;
    const text = change(value);
    if (text !== value) (changed ??= { ...values })[role] = text;
  }
  return changed ?? values;
}

/** Answers are changed as the context is that they stand in. */
function changedItem(item: unknown, change: (text: string) => string): unknown {
  if (typeof item === "string") return change(item);
  if (typeof item !== "object" || item === null || !("text" in item) || typeof item.text !== "string") return item;
  const text = change(item.text);
  return text === item.text ? item : { ...item, text };
}
