/** Reads lists of messages, as lists or as JSON text. Rejects tool messages and tool calls. */
import type { Call } from "#dsl/language/types/value.js";
import type { ConversationImplementation, Message, MessageRole, RowContext, RowRefusal } from "./kind.js";
import {
  unsupportedColumnRefusal,
  unsupportedFieldRefusal,
  ignoredFields,
  questionInColumnRefusal,
  trainedMark,
  unreadFields,
} from "./shared/fields.js";

/** Roles of messages that come from data. */
type DataRole = Exclude<MessageRole, "tool">;

/** The role that each speaker has unless the data plan maps it to another. */
export const defaultSpeakerRoles: Readonly<Record<string, DataRole>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
};

export const turns: ConversationImplementation = {
  columns: (call) => [String(call.arguments["column"])],
  read(call, [value], context) {
    const named = { role: fieldOf(call, "role"), content: fieldOf(call, "content") };
    const plain = named.role === "role" && named.content === "content";
    const fields = plain ? defaultFields(parsedList(value)) : named;
    return messagesIn(value, { ...fields, roles: rolesOf(call), ignored: ignoredFields(call), context });
  },
};

interface MessageFields {
  /** Names of the fields with the role and the content. */
  readonly role: string;
  readonly content: string;
  readonly roles?: Readonly<Record<string, DataRole>>;
  readonly ignored?: ReadonlySet<string>;
  readonly context?: RowContext | undefined;
}

/** Reads messages with the field names of OpenAI (`role`, `content`) or of ShareGPT (`from`, `value`). */
export function readMessages(value: unknown, context?: RowContext): readonly Message[] | RowRefusal {
  const list = parsedList(value);
  return messagesIn(list, { ...defaultFields(list), context });
}

/** Returns ShareGPT's field names if the first message has them, else OpenAI's. */
function defaultFields(list: unknown): { readonly role: string; readonly content: string } {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const shareGpt = typeof first === "object" && first !== null && "from" in first && !("role" in first);
  return shareGpt ? { role: "from", content: "value" } : { role: "role", content: "content" };
}

function messagesIn(
  value: unknown,
  { role, content, roles = defaultSpeakerRoles, ignored = new Set(), context }: MessageFields,
): readonly Message[] | RowRefusal {
  const list = parsedList(value);
  if (!Array.isArray(list)) return { refused: notAList(value), help: LIST_FORM };
  if (list.length === 0) return { refused: "the conversation has no turn", help: "remove the row" };
  const column = unsupportedColumnRefusal(context, ignored);
  if (column) return column;
  const read = new Set([role, content, "context", ...ignored]);
  const out: Message[] = [];
  for (const [i, message] of (list as readonly unknown[]).entries()) {
    const place = `turn ${String(i + 1)}`;
    if (typeof message !== "object" || message === null || Array.isArray(message))
      return { refused: `${place} is no record` };
    const fields = message as Readonly<Record<string, unknown>>;
    const [speaker, text] = [fields[role], joinedParts(fields[content])];
    if (typeof speaker !== "string") return { refused: `${place} has no \`${role}\`` };
    const known = Object.hasOwn(roles, speaker) ? roles[speaker] : undefined;
    if (!known) return { refused: `${place} is of the role "${speaker}", ${unknownRole(speaker, roles)}` };
    const unsupported = unsupportedFieldRefusal(fields, i + 1, read);
    if (unsupported) return unsupported;
    const empty = hasIgnoredAlone(fields, text, ignored);
    if (typeof text !== "string" && !empty)
      return {
        refused: `${place} has no text in \`${content}\``,
        ...(Array.isArray(text) && {
          help: "write the text itself, or parts that are texts: others (pictures, sound) are not supported",
        }),
      };
    if (known === "system" && i > 0) return { refused: `${place} is of the system, which speaks first or not at all` };
    const trained = trainedMark(fields, known, ignored);
    if (typeof trained === "object") return { ...trained, refused: `${place}: ${trained.refused}` };
    for (const field of unreadFields(fields, read)) context?.unread(field);
    out.push(dataMessage(known, typeof text === "string" ? text : "", fields["context"], empty ? false : trained));
  }
  return questionInColumnRefusal(out, context, ignored) ?? out;
}

/** Joins content parts into one text if all are text parts; otherwise returns the content unchanged. */
function joinedParts(content: unknown): unknown {
  if (!Array.isArray(content) || content.length === 0) return content;
  const texts = (content as readonly unknown[]).map((part) =>
    typeof part === "object" && part !== null && "text" in part && "type" in part && part.type === "text"
      ? part.text
      : null,
  );
  return texts.every((text) => typeof text === "string") ? texts.join("") : content;
}

const LIST_FORM = 'a conversation is a list of turns, `[{"role": "user", "content": "…"}, …]`, or the same as JSON';

/** A message with no content but an ignored field (a tool call) is read as an empty message that isn't trained. */
function hasIgnoredAlone(
  fields: Readonly<Record<string, unknown>>,
  content: unknown,
  ignored: ReadonlySet<string>,
): boolean {
  return (content === null || content === undefined) && Object.keys(fields).some((field) => ignored.has(field));
}

function dataMessage(role: DataRole, content: string, context: unknown, trained: boolean | undefined): Message {
  return {
    role,
    content,
    ...(typeof context === "string" && { context }),
    ...(role === "assistant" && trained === false && { trained }),
  };
}

const toolRoles: ReadonlySet<string> = new Set(["tool", "function", "function_call", "observation", "ipython"]);
function unknownRole(speaker: string, roles: Readonly<Record<string, DataRole>>): string {
  const why = toolRoles.has(speaker) ? " (conversations with tools are not supported yet)" : "";
  return `which is not one of ${Object.keys(roles).join(", ")}${why}`;
}

function parsedList(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // reported by `notAList`
  }
}

function notAList(value: unknown): string {
  if (value === null || value === undefined) return "it is empty, not a list of turns";
  return `it holds ${typeof value === "string" ? "a text that is not JSON list" : `a ${typeof value}`}, not a list of turns`;
}

function fieldOf(call: Call, name: "role" | "content"): string {
  const field = call.arguments[name];
  return typeof field === "string" ? field : name;
}

function rolesOf(call: Call): Readonly<Record<string, DataRole>> {
  const given = call.arguments["roles"];
  if (typeof given !== "object" || given === null || !("record" in given)) return defaultSpeakerRoles;
  return { ...defaultSpeakerRoles, ...(given.record as Readonly<Record<string, DataRole>>) };
}
