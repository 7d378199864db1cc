/** Which roles hold text that a model reads; cleaners of markup leave labels, groups and ids alone. */
const textRoles: ReadonlySet<string> = new Set(["text", "text_pair", "input", "target"]);

/** The row's values with every text changed by `change`; the same object when nothing changed. */
export function changeTexts(
  values: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
  roles: (role: string) => boolean = (role) => textRoles.has(role),
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const [role, value] of Object.entries(values)) {
    if (typeof value !== "string" || !roles(role)) continue;
    const text = change(value);
    if (text !== value) (changed ??= { ...values })[role] = text;
  }
  return changed ?? values;
}
