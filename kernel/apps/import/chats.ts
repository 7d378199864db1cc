/** OpenAI's fine-tuning format, with a JSON record per line: a row's fields determine its format. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { quoted, type ProgramDraft } from "./write-program.js";
import { refusalAdvice } from "./refusals.js";
import type { ToolSettings } from "./settings.js";

/** Maximum rows examined, as reading all of a long file would take as long as its training. */
const most = 10_000;

/** Columns with turns: OpenAI's name and ShareGPT's. */
const ofTurns = ["messages", "conversations"] as const;
/** Roles that `turns` recognises by default. */
const known = new Set(["system", "user", "assistant", "human", "gpt"]);

/** Returns every field of any row or turn with a sample value; `messages.weight` is a field of a turn. */
export function chatFields(text: string, file: string): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  const turns = new Map<string, Record<string, unknown>>();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  for (const [i, line] of lines.slice(0, most).entries())
    for (const [field, value] of Object.entries(parsed(line, i, file))) {
      if (!ofTurns.some((one) => one === field) || !Array.isArray(value)) out[field] ??= value;
      else for (const one of value) if (isRecord(one)) turns.set(field, { ...shown(one), ...turns.get(field) });
    }
  return { ...out, ...Object.fromEntries(turns) };
}

/** A turn's fields; an unknown role, or content in parts, becomes a field of its own. */
function shown({ role, from, content, value, ...rest }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const who = role ?? from;
  const parts = Array.isArray(content ?? value);
  return {
    ...(role === undefined ? { from: "human", value: "" } : { role: "user", content: "" }),
    ...rest,
    ...(typeof who === "string" && !known.has(who) && { [`role ${who}`]: true }),
    ...(parts && { parts: true }),
  };
}

function parsed(line: string, lineIndex: number, file: string): Readonly<Record<string, unknown>> {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (cause) {
    throw new CodedError("not-settings", { file, why: `line ${String(lineIndex + 1)} is not JSON` }, { cause });
  }
  if (!isRecord(row)) throw new CodedError("not-settings", { file, why: `line ${String(lineIndex + 1)} is no record` });
  return row;
}

export function programFromChats(s: ToolSettings, file: string): ProgramDraft {
  for (const key of ["preferred_output", "non_preferred_output", "chosen", "rejected"])
    if (s.has(key)) s.refuse(key, "preference optimisation", refusalAdvice.preference);
  for (const key of ["tools", "functions", "parallel_tool_calls", "function_call"])
    if (s.has(key)) s.refuse(key, "a conversation with tools", tools);
  const columns = columnsOf(s);
  if (columns === undefined && s.refusals().length === 0)
    s.refuse("messages", "missing: rows have no conversations", refusalAdvice.rows);
  return {
    notes: ["Chats alone: name a base below, and say how it is trained."],
    data: { source: `jsonl(${quoted(file)})`, columns: columns ?? "{ messages: messages }" },
    model: { task: "chat" },
    recipe: {},
  };
}
const tools = "use rows without tools; `turns(messages, ignore: [tools])` reads the rest if they do not matter";

function columnsOf(s: ToolSettings): string | undefined {
  const column = ofTurns.find((one) => s.has(one));
  if (column !== undefined) return `{ messages: ${turnsIn(s.inner(column), column)} }`;
  if (s.has("prompt") && s.has("completion")) {
    s.consume("prompt", "completion");
    return "{ input: prompt, target: completion }";
  }
  if (!s.has("instruction") || !s.has("output")) return undefined;
  s.consume("instruction", "input", "output");
  return "{ messages: alpaca() }";
}

/** Returns the reader of a column of turns; refuses fields that would be lost. */
function turnsIn(turn: ToolSettings, column: string): string {
  let developer = false;
  for (const key of turn.keys()) {
    if (/^(tool_calls|function_call|tool_call_id)$|^role (tool|function|function_call|observation)$/.test(key))
      turn.refuse(key, "a conversation with tools", tools);
    else if (key === "parts") turn.refuse(key, "content in parts, as pictures and sound have it", refusalAdvice.texts);
    else if (/^(reasoning_content|thinking|refusal|audio)$/.test(key))
      turn.refuse(key, "a field that is not supported", "ignore it: `turns(messages, ignore: […])`");
    else if (key === "role developer") developer = turn.flag(key);
    else if (key.startsWith("role "))
      turn.refuse(key, "an unknown role", "set the roles: `turns(messages, roles: { … })`");
  }
  turn.consume("role", "content", "from", "value", "weight", "train", "training");
  turn.leave("name", "the role alone identifies the speaker");
  return developer ? `turns(${column}, roles: { developer: system })` : column;
}
