/**
 * Fields of a message other than its role and content, and the columns of its row. Some set whether the message is
 * trained. Some contain model input that is not supported (tool calls, reasoning, images); these are rejected, so that
 * nothing is lost silently. No model sees the rest.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Message, MessageRole, RowContext, RowRefusal } from "../kind.js";

/** Unsupported fields of messages, by the names that chat interfaces and training programs use. */
const unsupportedFields: Readonly<Record<string, string>> = {
  tool_calls: "calls of tools",
  function_call: "calls of tools",
  tool_call_id: "tool results",
  tool_responses: "tool results",
  reasoning_content: "reasoning in a separate field",
  reasoning: "reasoning in a separate field",
  thinking: "reasoning in a separate field",
  thought: "reasoning in a separate field",
  refusal: "refusals in a separate field",
  images: "pictures",
  image: "pictures",
  videos: "films",
  audio: "sound",
  audios: "sound",
  prefix: "unfinished answers",
  train_detail: "turns of which parts are trained",
  chosen: "preferred answers",
  rejected: "rejected answers",
};
/** Unsupported columns: a chat template would render their content. */
const unsupportedColumns: Readonly<Record<string, string>> = {
  tools: "tools that the assistant may call",
  functions: "tools that the assistant may call",
  documents: "texts that support the answer",
  chat_template_kwargs: "settings of the template",
  system: "a separate system turn",
  system_prompt: "a separate system turn",
  history: "turns before",
  images: "pictures",
  image: "pictures",
  videos: "films",
  audios: "sound",
  chosen: "preferred answers",
  rejected: "rejected answers",
};
/** Columns that contain the question if a conversation begins with its answer. */
const questions = ["prompt", "instruction", "question"];
/** Fields that set whether a message is trained: OpenAI's `weight`, and the names of Axolotl, ms-swift and others. */
export const trainedMarkFields = ["weight", "train", "training", "do_train", "loss"] as const;
const MARK_HELP =
  "write 1 or 0 (true or false) only at the assistant's turns, or ignore the field: `ignore: […]` in `turns(…)`";

type Fields = Readonly<Record<string, unknown>>;

export function ignoredFields(call: Call): ReadonlySet<string> {
  const given = call.arguments["ignore"];
  return new Set(Array.isArray(given) ? given.map(String) : []);
}

/** Refuses a row with an unsupported column. */
export function unsupportedColumnRefusal(
  context: RowContext | undefined,
  ignored: ReadonlySet<string>,
): RowRefusal | null {
  for (const [column, what] of Object.entries(unsupportedColumns))
    if (!ignored.has(column) && hasValue(context?.column(column))) return { refused: what, field: { column } };
  return null;
}

/** Refuses a conversation without a user message if another column contains the question. */
export function questionInColumnRefusal(
  messages: readonly Message[],
  context: RowContext | undefined,
  ignored: ReadonlySet<string>,
): RowRefusal | null {
  if (messages.some(({ role }) => role === "user")) return null;
  const column = questions.find((name) => !ignored.has(name) && hasValue(context?.column(name)));
  return column === undefined ? null : { refused: "the reference of the answer", field: { column } };
}

/** Refuses a message with an unsupported field that is not in `read`. `turn` is its number, from 1. */
export function unsupportedFieldRefusal(fields: Fields, turn: number, read: ReadonlySet<string>): RowRefusal | null {
  for (const [field, value] of Object.entries(fields)) {
    const what = Object.hasOwn(unsupportedFields, field) && !read.has(field) ? unsupportedFields[field] : undefined;
    if (what !== undefined && hasValue(value)) return { refused: what, field: { field, turn } };
  }
  return null;
}

/** Fields that no model sees. They are reported, so that nobody thinks they were read. */
export function unreadFields(fields: Fields, read: ReadonlySet<string>): readonly string[] {
  const known = (field: string): boolean =>
    read.has(field) || Object.hasOwn(unsupportedFields, field) || trainedMarkFields.some((mark) => mark === field);
  return Object.keys(fields).filter((field) => !known(field) && hasValue(fields[field]));
}

/**
 * Returns true or false if the message is marked as trained or not trained; undefined if it has no mark: its role
 * decides.
 */
export function trainedMark(
  fields: Fields,
  role: MessageRole,
  ignored: ReadonlySet<string>,
): boolean | undefined | RowRefusal {
  let trained: boolean | undefined;
  for (const mark of trainedMarkFields) {
    const value = ignored.has(mark) ? null : fields[mark];
    if (value === null || value === undefined) continue;
    const marked = value === true || value === 1 ? true : value === false || value === 0 ? false : null;
    const wrong = (why: string): RowRefusal => ({ refused: `its \`${mark}\` ${why}`, help: MARK_HELP });
    if (marked === null) return wrong(`is ${JSON.stringify(value)}; a turn is trained (1, true) or not (0, false)`);
    if (marked && role !== "assistant")
      return wrong(`is marked as trained, but it is the ${role}'s; the assistant's turns are trained`);
    if (trained !== undefined && trained !== marked) return wrong("contradicts its other fields");
    trained = marked;
  }
  return trained;
}

function hasValue(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return false;
  if (typeof value === "string") return !["[]", "{}", "null"].includes(value.trim());
  return typeof value !== "object" || Object.keys(value).length > 0;
}
