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

/** Texts, and what is said in conversations. */
export const isTextOrMessages = (role: string): boolean => textRoles.has(role) || role === "messages";

/** The turns of a written conversation; none where it isn't written as such. */
export function parseTurns(messages: string): readonly { readonly content?: unknown }[] {
  if (!messages.startsWith("[")) return [];
  try {
    const turns: unknown = JSON.parse(messages);
    return Array.isArray(turns) ? turns.filter((turn) => typeof turn === "object" && turn !== null) : [];
  } catch {
    return [];
  }
}

/** The row's values with every text changed by `change`; the same object when nothing changed. */
export function mapTexts(
  values: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
  roles: (role: string) => boolean = (role) => textRoles.has(role),
  /** `written`: conversations are changed as they are written, not turn by turn. */
  options: { readonly written?: true } = {},
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
    const text = role === "messages" && !options.written ? changeTurns(value, change) : change(value);
    if (text !== value) (changed ??= { ...values })[role] = text;
  }
  return changed ?? values;
}

/** What is said changes, not how it is written down. */
function changeTurns(messages: string, change: (text: string) => string): string {
  const turns = parseTurns(messages);
  if (turns.length === 0) return change(messages);
  const changed = turns.map((turn) =>
    typeof turn.content === "string" ? { ...turn, content: change(turn.content) } : turn,
  );
  return changed.some((turn, i) => turn.content !== turns[i]?.content) ? JSON.stringify(changed) : messages;
}

/** Answers are changed as the context is that they stand in. */
function changedItem(item: unknown, change: (text: string) => string): unknown {
  if (typeof item === "string") return change(item);
  if (typeof item !== "object" || item === null || !("text" in item) || typeof item.text !== "string") return item;
  const text = change(item.text);
  return text === item.text ? item : { ...item, text };
}
