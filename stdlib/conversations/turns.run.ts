/** Lists of turns, as they are or as JSON text. */
import type { Call } from "#dsl/types/value.js";
import type { ConversationImplementation, Refused, RowBeside, Turn } from "../kinds/conversation.js";
import {
  ignoredBy,
  refusedAlone,
  refusedBeside,
  refusedField,
  trainedOf,
  unreadFields,
} from "../lib/conversations/fields.js";

/** Who is who where the data don't say otherwise. */
const usual: Readonly<Record<string, Turn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
};

export const turns: ConversationImplementation = {
  columns: (call) => [String(call.arguments["column"])],
  read(call, [value], beside) {
    const named = { role: fieldOf(call, "role"), content: fieldOf(call, "content") };
    const plain = named.role === "role" && named.content === "content";
    const fields = plain ? usualFields(listOf(value)) : named;
    return turnsIn(value, { ...fields, roles: rolesOf(call), ignored: ignoredBy(call), beside });
  },
};

export interface TurnFields {
  readonly role: string;
  readonly content: string;
  readonly roles?: Readonly<Record<string, Turn["role"]>>;
  readonly ignored?: ReadonlySet<string>;
  readonly beside?: RowBeside | undefined;
}

/** A column of lists whose turns name their fields in one of the two usual ways. */
export function usualTurns(value: unknown, beside?: RowBeside): readonly Turn[] | Refused {
  const list = listOf(value);
  return turnsIn(list, { ...usualFields(list), beside });
}

/** ShareGPT's names where the first turn has them, else those of chat interfaces. */
function usualFields(list: unknown): { readonly role: string; readonly content: string } {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const shareGpt = typeof first === "object" && first !== null && "from" in first && !("role" in first);
  return shareGpt ? { role: "from", content: "value" } : { role: "role", content: "content" };
}

function turnsIn(
  value: unknown,
  { role, content, roles = usual, ignored = new Set(), beside }: TurnFields,
): readonly Turn[] | Refused {
  const list = listOf(value);
  if (!Array.isArray(list)) return { refused: notAList(value), help: LISTED };
  if (list.length === 0) return { refused: "the conversation has no turn", help: "leave the row out" };
  const aside = refusedBeside(beside, ignored);
  if (aside) return aside;
  const read = new Set([role, content, "context", ...ignored]);
  const out: Turn[] = [];
  for (const [at, turn] of (list as readonly unknown[]).entries()) {
    const place = `turn ${String(at + 1)}`;
    if (typeof turn !== "object" || turn === null || Array.isArray(turn)) return { refused: `${place} is no record` };
    const fields = turn as Readonly<Record<string, unknown>>;
    const [who, what] = [fields[role], textOfParts(fields[content])];
    if (typeof who !== "string") return { refused: `${place} says no \`${role}\`` };
    const known = Object.hasOwn(roles, who) ? roles[who] : undefined;
    if (!known) return { refused: `${place} is of the role "${who}", ${noRole(who, roles)}` };
    const unbuilt = refusedField(fields, at + 1, read);
    if (unbuilt) return unbuilt;
    const silent = silenced(fields, what, ignored);
    if (typeof what !== "string" && !silent)
      return {
        refused: `${place} has no text in \`${content}\``,
        ...(Array.isArray(what) && {
          help: "write the text itself, or parts that are texts: others (pictures, sound) aren't built",
        }),
      };
    if (known === "system" && at > 0) return { refused: `${place} is of the system, which speaks first or not at all` };
    const trained = trainedOf(fields, known, ignored);
    if (typeof trained === "object") return { ...trained, refused: `${place}: ${trained.refused}` };
    for (const field of unreadFields(fields, read)) beside?.unread(field);
    out.push(turnOf(known, typeof what === "string" ? what : "", fields["context"], silent ? false : trained));
  }
  return refusedAlone(out, beside, ignored) ?? out;
}

/** Parts of a content that are all texts, as their one text, as templates write them; else what it is. */
function textOfParts(content: unknown): unknown {
  if (!Array.isArray(content) || content.length === 0) return content;
  const texts = (content as readonly unknown[]).map((part) =>
    typeof part === "object" && part !== null && "text" in part && "type" in part && part.type === "text"
      ? part.text
      : null,
  );
  return texts.every((text) => typeof text === "string") ? texts.join("") : content;
}

const LISTED = 'a conversation is a list of turns, `[{"role": "user", "content": "…"}, …]`, or the same as JSON';

/** A turn that says nothing but what is left out (a call of a tool): it is read as an empty one, never trained. */
function silenced(fields: Readonly<Record<string, unknown>>, what: unknown, ignored: ReadonlySet<string>): boolean {
  return (what === null || what === undefined) && Object.keys(fields).some((field) => ignored.has(field));
}

function turnOf(role: Turn["role"], content: string, context: unknown, trained: boolean | undefined): Turn {
  return {
    role,
    content,
    ...(typeof context === "string" && { context }),
    ...(role === "assistant" && trained === false && { trained }),
  };
}

const ofTools: ReadonlySet<string> = new Set(["tool", "function", "function_call", "observation", "ipython"]);
function noRole(who: string, roles: Readonly<Record<string, Turn["role"]>>): string {
  const why = ofTools.has(who) ? " (conversations with tools aren't built yet)" : "";
  return `which is none of ${Object.keys(roles).join(", ")}${why}`;
}

function listOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // said by `notAList`
  }
}

function notAList(value: unknown): string {
  if (value === null || value === undefined) return "it is empty, not a list of turns";
  return `it holds ${typeof value === "string" ? "a text that is no JSON list" : `a ${typeof value}`}, not a list of turns`;
}

function fieldOf(call: Call, name: "role" | "content"): string {
  const field = call.arguments[name];
  return typeof field === "string" ? field : name;
}

function rolesOf(call: Call): Readonly<Record<string, Turn["role"]>> {
  const given = call.arguments["roles"];
  if (typeof given !== "object" || given === null || !("record" in given)) return usual;
  const own = given.record as Readonly<Record<string, Turn["role"]>>;
  return { ...usual, ...own };
}
