/**
 * What the fields of a turn say beside who speaks and what: whether it is trained, things that a model would read too and
 * that are not built (those are refused, never lost), and the rest, which no model ever sees.
 */
import type { Call } from "#dsl/types/value.js";
import type { Refused, RowBeside, Turn } from "../../kinds/conversation.js";

/** Fields of a turn that models are given, by the names that interfaces and training programs give them. */
const unbuiltFields: Readonly<Record<string, string>> = {
  tool_calls: "calls of tools",
  function_call: "calls of tools",
  tool_call_id: "answers of tools",
  tool_responses: "answers of tools",
  reasoning_content: "reasoning that stands apart from the answer",
  reasoning: "reasoning that stands apart from the answer",
  thinking: "reasoning that stands apart from the answer",
  thought: "reasoning that stands apart from the answer",
  refusal: "refusals that stand apart from the answer",
  images: "pictures",
  image: "pictures",
  videos: "films",
  audio: "sound",
  audios: "sound",
  prefix: "answers that are begun",
  train_detail: "turns of which parts are trained",
  chosen: "preferred answers",
  rejected: "rejected answers",
};
/** Columns beside a conversation that its template would write. */
const unbuiltColumns: Readonly<Record<string, string>> = {
  tools: "tools that the assistant may call",
  functions: "tools that the assistant may call",
  documents: "texts that the answer rests on",
  chat_template_kwargs: "settings of the template",
  system: "a system turn apart",
  system_prompt: "a system turn apart",
  history: "turns before",
  images: "pictures",
  image: "pictures",
  videos: "films",
  audios: "sound",
  chosen: "preferred answers",
  rejected: "rejected answers",
};
/** Columns that hold the question where a conversation begins with its answer. */
const questions = ["prompt", "instruction", "question"];
/** What says of a turn whether it is trained: OpenAI's `weight`, and what Axolotl, ms-swift and others call it. */
export const marks = ["weight", "train", "training", "do_train", "loss"] as const;
const MARKED =
  "write 1 or 0 (true or false) at the assistant's turns alone, or leave the field out: `ignore: […]` in `turns(…)`";

type Fields = Readonly<Record<string, unknown>>;

/** Fields and columns that a call leaves out. */
export function ignoredBy(call: Call): ReadonlySet<string> {
  const given = call.arguments["ignore"];
  return new Set(Array.isArray(given) ? given.map(String) : []);
}

/** Why a row can't be read with the columns beside its conversation. */
export function refusedBeside(beside: RowBeside | undefined, ignored: ReadonlySet<string>): Refused | null {
  for (const [column, what] of Object.entries(unbuiltColumns))
    if (!ignored.has(column) && isSaid(beside?.column(column))) return { refused: what, field: { column } };
  return null;
}

/** A conversation that begins with its answer, where another column holds what was asked. */
export function refusedAlone(
  turns: readonly Turn[],
  beside: RowBeside | undefined,
  ignored: ReadonlySet<string>,
): Refused | null {
  if (turns.some(({ role }) => role === "user")) return null;
  const column = questions.find((name) => !ignored.has(name) && isSaid(beside?.column(name)));
  return column === undefined ? null : { refused: "what the answer answers", field: { column } };
}

/** `read`: fields that were read already. */
export function refusedField(fields: Fields, turn: number, read: ReadonlySet<string>): Refused | null {
  for (const [field, value] of Object.entries(fields)) {
    const what = Object.hasOwn(unbuiltFields, field) && !read.has(field) ? unbuiltFields[field] : undefined;
    if (what !== undefined && isSaid(value)) return { refused: what, field: { field, turn } };
  }
  return null;
}

/** Fields that say nothing to a model: they are named, so that nobody thinks they were read. */
export function unreadFields(fields: Fields, read: ReadonlySet<string>): readonly string[] {
  const known = (field: string): boolean =>
    read.has(field) || Object.hasOwn(unbuiltFields, field) || marks.some((mark) => mark === field);
  return Object.keys(fields).filter((field) => !known(field) && isSaid(fields[field]));
}

/** Whether a turn is trained, where it says so; undefined: as its role is. */
export function trainedOf(
  fields: Fields,
  role: Turn["role"],
  ignored: ReadonlySet<string>,
): boolean | undefined | Refused {
  let trained: boolean | undefined;
  for (const mark of marks) {
    const value = ignored.has(mark) ? null : fields[mark];
    if (value === null || value === undefined) continue;
    const said = value === true || value === 1 ? true : value === false || value === 0 ? false : null;
    const wrong = (why: string): Refused => ({ refused: `its \`${mark}\` ${why}`, help: MARKED });
    if (said === null) return wrong(`is ${JSON.stringify(value)}; a turn is trained (1, true) or it isn't (0, false)`);
    if (said && role !== "assistant")
      return wrong(`says that it is trained, but it is the ${role}'s; the assistant's turns are trained`);
    if (trained !== undefined && trained !== said) return wrong("says otherwise than its other fields");
    trained = said;
  }
  return trained;
}

function isSaid(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return false;
  if (typeof value === "string") return !["[]", "{}", "null"].includes(value.trim());
  return typeof value !== "object" || Object.keys(value).length > 0;
}
