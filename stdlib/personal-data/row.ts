/**
 * A row is one document: who is called by one name in its texts is called by one pseudonym. Turns of a conversation are texts;
 * words that are tagged stay as many as they are; an answer is changed as the context is that it stands in.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { mapTexts, textRoles } from "../data/text-roles.js";
import type { PersonalDataFinding } from "./finding.js";
import { makeRedactor, type RedactionOptions, type Redactor } from "./redact.js";

type Values = Readonly<Record<string, unknown>>;

/** The same object where nothing was found. `onFound`: told of each text that was replaced. */
export function redactRow(
  values: Values,
  how: RedactionOptions,
  onFound?: (finding: PersonalDataFinding) => void,
): Values {
  const seen = new Map<string, string>();
  const redact = telling(
    makeRedactor(how, () => rowDocument(values)),
    onFound,
  );
  let now = mapTexts(
    values,
    (text) => redactSeen(redact, text, seen),
    (role) => textRoles.has(role) && role !== "answer",
  );
  if (seen.size > 0)
    now = mapTexts(
      now,
      (text) => alike(text, seen),
      (role) => role === "answer",
    );
  const turns = now["messages"];
  if (typeof turns === "string") {
    const changed = ofTurns(turns, redact);
    if (changed !== turns) now = { ...now, messages: changed };
  }
  const words = now["tokens"];
  if (Array.isArray(words) && words.every((word) => typeof word === "string")) {
    const changed = ofWords(words, redact);
    if (changed !== words) now = { ...now, tokens: changed };
  }
  return now;
}

function telling(redact: Redactor, onFound: ((finding: PersonalDataFinding) => void) | undefined): Redactor {
  if (!onFound) return redact;
  const redactSeen = (text: string): ReturnType<Redactor> => {
    const redacted = redact(text);
    redacted.findings.forEach(onFound);
    return redacted;
  };
  return Object.assign(redactSeen, { instead: redact.instead });
}

/** All text of a row: what is found in the columns that have a role. */
export function rowDocument(values: Values): string {
  return JSON.stringify(values);
}

/** @param seen what stood where, and what stands there now */
function redactSeen(redact: Redactor, text: string, seen: Map<string, string>): string {
  const { findings, text: now } = redact(text);
  for (const finding of findings) seen.set(finding.text, redact.instead(finding));
  return now;
}

/** What was found in the context, wherever an answer has it; the longest first. */
function alike(text: string, seen: ReadonlyMap<string, string>): string {
  let now = text;
  for (const [was, is] of [...seen].sort(([a], [b]) => b.length - a.length)) now = now.split(was).join(is);
  return now;
}

/** @param turns a list of turns as JSON, as rows carry them */
function ofTurns(turns: string, redact: Redactor): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(turns);
  } catch {
    return redact(turns).text;
  }
  const now = inTexts(parsed, redact);
  return now === parsed ? turns : JSON.stringify(now);
}
/** Whose turn it is and which tool is called are no texts. */
const names: ReadonlySet<string> = new Set(["role", "from", "type", "name", "id", "tool_call_id"]);

function inTexts(value: unknown, redact: Redactor): unknown {
  if (typeof value === "string") return redact(value).text;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const now = items.map((item) => inTexts(item, redact));
    return now.some((item, i) => item !== items[i]) ? now : value;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([key, one]) => [key, names.has(key) ? one : inTexts(one, redact)] as const,
  );
  return entries.some(([key, one]) => one !== value[key]) ? Object.fromEntries(entries) : value;
}

/** Each word of a finding becomes a word of what stands for it; where that has fewer, its last one again. */
function ofWords(words: readonly string[], redact: Redactor): readonly string[] {
  const text = words.join(" ");
  const { findings } = redact(text);
  if (findings.length === 0) return words;
  let [position, next] = [0, 0];
  let [found, used]: [PersonalDataFinding | undefined, number] = [findings[0], 0];
  return words.map((word) => {
    const [start, end] = [position, position + word.length];
    position = end + 1;
    while (found && found.end <= start) [found, used] = [findings[++next], 0];
    if (!found || found.start >= end) return word;
    const instead = redact.instead(found).split(" ").filter(Boolean);
    return instead[Math.min(used++, instead.length - 1)] ?? `[${found.entity.toUpperCase()}]`;
  });
}
