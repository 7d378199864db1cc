/**
 * Redacts a row as one document: the same name in any of its texts has the same pseudonym. The texts include
 * conversation turns. The number of tagged tokens does not change, and an answer changes like the context that contains
 * it.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { mapRowTexts, textRoles } from "../data/text-roles.js";
import type { PersonalDataFinding } from "./finding.js";
import { makeRedactor, type RedactionOptions, type Redactor } from "./redact.js";

type Values = Readonly<Record<string, unknown>>;

/** Redacts a row; returns the same object if nothing was found. `onFound` is called for each replaced finding. */
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
  let now = mapRowTexts(
    values,
    (text) => redactSeen(redact, text, seen),
    (role) => textRoles.has(role) && role !== "answer",
  );
  if (seen.size > 0)
    now = mapRowTexts(
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

/** Returns all text of a row, from columns with a role. */
export function rowDocument(values: Values): string {
  return JSON.stringify(values);
}

/** @param seen receives each original text with its replacement */
function redactSeen(redact: Redactor, text: string, seen: Map<string, string>): string {
  const { findings, text: now } = redact(text);
  for (const finding of findings) seen.set(finding.text, redact.instead(finding));
  return now;
}

/** Applies the context's replacements to an answer, longest first. */
function alike(text: string, seen: ReadonlyMap<string, string>): string {
  let now = text;
  for (const [was, is] of [...seen].sort(([a], [b]) => b.length - a.length)) now = now.split(was).join(is);
  return now;
}

/** @param turns list of turns as JSON, as stored in rows */
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
/** Fields of turns that are not text, such as the role and the tool name. */
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

/** Replaces each word of a finding by a word of its replacement; if that is shorter, its last word is repeated. */
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
