/** Roles with text that a model reads. Cleaners of markup leave labels, groups and ids unchanged. */
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

/** Returns true for text roles and for conversations. */
export const isTextOrMessagesRole = (role: string): boolean => textRoles.has(role) || role === "messages";

/** Returns the turns of a conversation in JSON; none if it is not valid JSON. */
export function parseJsonTurns(messages: string): readonly { readonly content?: unknown }[] {
  if (!messages.startsWith("[")) return [];
  try {
    const turns: unknown = JSON.parse(messages);
    return Array.isArray(turns) ? turns.filter((turn) => typeof turn === "object" && turn !== null) : [];
  } catch {
    return [];
  }
}

/** Returns the row's values with every text changed by `change`; the same object if nothing changed. */
export function mapRowTexts(
  values: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
  roles: (role: string) => boolean = (role) => textRoles.has(role),
  /** `written`: conversations are changed as raw text, not turn by turn. */
  options: { readonly written?: true } = {},
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const [role, value] of Object.entries(values)) {
    if (!roles(role)) continue;
    if (Array.isArray(value)) {
      // Lists must not change in length: tokens and tags correspond by index.
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

/** Changes the content of the turns, not their JSON syntax. */
function changeTurns(messages: string, change: (text: string) => string): string {
  const turns = parseJsonTurns(messages);
  if (turns.length === 0) return change(messages);
  const changed = turns.map((turn) =>
    typeof turn.content === "string" ? { ...turn, content: change(turn.content) } : turn,
  );
  return changed.some((turn, i) => turn.content !== turns[i]?.content) ? JSON.stringify(changed) : messages;
}

/** Answers change in the same way as the context that contains them. */
function changedItem(item: unknown, change: (text: string) => string): unknown {
  if (typeof item === "string") return change(item);
  if (typeof item !== "object" || item === null || !("text" in item) || typeof item.text !== "string") return item;
  const text = change(item.text);
  return text === item.text ? item : { ...item, text };
}
