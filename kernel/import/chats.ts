/** Conversations as OpenAI's fine-tuning takes them, a JSON record in each line: what a row has decides what it is. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { isRecord } from "#dsl/diagnostics/record.js";
import "./codes.js";
import { quoted, type Read } from "./program.js";
import { instead } from "./refusals.js";
import type { Settings } from "./settings.js";

/** Rows that are looked at; all of a long file would take as long as its training. */
const most = 10_000;

/** Each field that any row or turn has, with a value of it: `messages.weight` is a turn's. */
export function rowsOf(text: string, file: string): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  let turn: Record<string, unknown> | undefined;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  for (const [i, line] of lines.slice(0, most).entries()) {
    const row = parsed(line, i, file);
    for (const [field, value] of Object.entries(row)) {
      if (field !== "messages" || !Array.isArray(value)) out[field] ??= value;
      else for (const one of value) if (isRecord(one)) turn = { ...shown(one), ...turn };
    }
  }
  return turn ? { ...out, messages: turn } : out;
}

/** Content that is no text, or a role that isn't known, is told before others. */
function shown(turn: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { role, content, ...rest } = turn;
  const parts = Array.isArray(content) ? content : [];
  const odd = typeof role === "string" && !["system", "user", "assistant", "developer"].includes(role);
  return {
    role: "user",
    content: "",
    ...rest,
    ...(odd && { [`role ${role}`]: true }),
    ...(parts.length > 0 && { parts }),
  };
}

function parsed(line: string, at: number, file: string): Readonly<Record<string, unknown>> {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (cause) {
    throw new CodedError("not-settings", { file, why: `line ${String(at + 1)} is no JSON` }, { cause });
  }
  if (!isRecord(row)) throw new CodedError("not-settings", { file, why: `line ${String(at + 1)} is no record` });
  return row;
}

export function readChats(s: Settings, file: string): Read {
  const turn = s.inner("messages");
  for (const key of ["preferred_output", "non_preferred_output", "chosen", "rejected"])
    if (s.has(key)) s.refuse(key, "preference optimisation", instead.preference);
  const tools =
    "what serves: rows without tools; `turns(messages, ignore: [tools])` reads the rest where they matter nothing";
  for (const key of ["tools", "functions", "parallel_tool_calls", "function_call"])
    if (s.has(key)) s.refuse(key, "a conversation with tools", tools);
  for (const key of turn.keys()) {
    if (/^(tool_calls|function_call|tool_call_id)$|^role (tool|function)$/.test(key))
      turn.refuse(key, "a conversation with tools", tools);
    else if (key === "parts") turn.refuse(key, "content in parts, as pictures and sound have it", instead.texts);
    else if (/^(reasoning_content|refusal|audio)$/.test(key))
      turn.refuse(key, "a field that isn't read", "what serves: `turns(messages, ignore: […])` leaves it out");
    else if (key.startsWith("role "))
      turn.refuse(key, "a role that isn't known", "what serves: `turns(messages, roles: { … })` says who is who");
  }
  turn.ignore("role", "content", "weight");
  turn.leave("name", "who speaks is told by the role alone");
  const paired = !s.has("messages") && s.has("prompt");
  if (!paired && !s.has("messages") && s.refusals().length === 0)
    s.refuse("messages", "missing: rows have no conversations", instead.rows);
  s.ignore("prompt", "completion", "messages");
  return {
    notes: ["Chats alone: name a base below, and say how it is trained."],
    data: {
      source: `jsonl(${quoted(file)})`,
      columns: paired ? "{ input: prompt, target: completion }" : "{ messages: messages }",
    },
    model: { task: "chat" },
    recipe: {},
  };
}
