/**
 * Turns the help of an unknown name into a fix. Advice of the vocabulary (`Word.advice`) that begins with "write `KEY:
 * VALUE`" or "remove it" is applied if the intent is certain; other advice gives no fix.
 */
import type { Expression } from "../syntax/tree.js";
import type { Word } from "./registry.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { insertionEdit } from "../diagnostics/insertion.js";
import { replacementFix } from "../diagnostics/reporter.js";
import type { Edit, Span } from "../diagnostics/span.js";

/** An entry of a block, or an argument of a call. */
export interface WrittenSetting {
  readonly key?: { readonly text: string };
  readonly value?: Expression;
  readonly span: Span;
}
export interface AdvisedSetting {
  readonly text: string;
  readonly all: readonly WrittenSetting[];
  readonly one: WrittenSetting;
  /** Returns the replacement of a name, as `KEY: VALUE`. If two names become one key, the first is fixed first. */
  readonly becomes: (name: string) => string | undefined;
}

/** Matches "write `KEY: VALUE`" if it is the only advice. */
export function settingInAdvice(advice: string | undefined): string | undefined {
  return /^write `([\w.]+: [^`]+)`(?:: [^`]*)?$/.exec(advice ?? "")?.[1];
}

/** `idle`: the setting has no effect, so that it can be removed. */
export function fixFromAdvice(advice: string, place: AdvisedSetting, idle: boolean): Fix | undefined {
  if (/^remove it\b/.test(advice))
    return { title: "remove it", certain: idle || isOff(place.one.value), edits: [without(place)] };
  const meant = settingInAdvice(advice);
  return meant === undefined ? undefined : replaceSettingFix(meant, place);
}

/** Replaces the entry by `KEY: VALUE`; a `…` in it stands for the written value. */
export function replaceSettingFix(meant: string, place: AdvisedSetting): Fix | undefined {
  const { text, all, one } = place;
  const { value } = one;
  if (!value || !["number", "string", "word"].includes(value.is)) return undefined;
  const [before = "", after, more] = meant.split("…");
  if (more !== undefined || (after === undefined ? !isOn(value) : before.endsWith('"'))) return undefined;
  const whole = after === undefined ? meant : `${before}${text.slice(value.span.start, value.span.end)}${after}`;
  const key = whole.slice(0, whole.indexOf(":"));
  const rest = whole.slice(key.length + 2);
  const waits = all.slice(0, all.indexOf(one)).some(({ key: other }) => becomesKey(place, other?.text) === key);
  if (waits) return undefined;
  const there = all.find((other) => other !== one && other.key?.text === key);
  if (!there) return replacementFix(one.span, whole);
  const edit = there.value && inside(text, there.value, rest);
  return edit && { title: `write \`${whole}\``, certain: true, edits: [edit, without(place)] };
}

function becomesKey({ becomes }: AdvisedSetting, name: string | undefined): string | undefined {
  return name === undefined ? undefined : becomes(name)?.split(":")[0];
}

/** Adds `{ label: team }` to an existing record, or `lora(alpha: 16)` to an existing word. */
function inside(text: string, there: Expression, rest: string): Edit | undefined {
  const entry = /^(?:\w+\(|\{ )(\w+)(: .+?)(?:\)| \})$/s.exec(rest);
  if (!entry) return undefined;
  const added = `${entry[1]!}${entry[2]!}`;
  if (there.is === "block" && rest.startsWith("{"))
    return there.entries.some(({ key }) => key.text === entry[1])
      ? undefined
      : insertionEdit(text, [added], there.span, there.span.end);
  if (there.is !== "word" || rest.startsWith("{") || there.arguments?.some(({ key }) => key?.text === entry[1]))
    return undefined;
  const end = there.span.end;
  if (!there.arguments) return { start: end, end, text: `(${added})` };
  return { start: end - 1, end: end - 1, text: there.arguments.length > 0 ? `, ${added}` : added };
}

/** Removes one of several settings with its separator. */
function without({ text, all, one: { span } }: AdvisedSetting): Edit {
  const line = { start: text.lastIndexOf("\n", span.start - 1) + 1, end: text.indexOf("\n", span.end) };
  const after = text.slice(span.end, line.end < 0 ? undefined : line.end);
  if (text.slice(line.start, span.start).trim() === "" && /^\s*,?\s*$/.test(after))
    return { start: line.start, end: line.end < 0 ? text.length : line.end + 1, text: "" };
  const next = all.find((other) => other.span.start >= span.end);
  if (next && !text.slice(span.end, next.span.start).includes("\n"))
    return { start: span.start, end: next.span.start, text: "" };
  const last = all.findLast((other) => other.span.end <= span.start);
  const from = last && /^\s*,?\s*$/.test(text.slice(last.span.end, span.start)) ? last.span.end : span.start;
  return { start: from, end: span.end, text: "" };
}

function isOn(value: Expression): boolean {
  return /^(?:true|True|yes|on|1)$/.test(value.is === "word" ? value.text : value.is === "number" ? value.raw : "");
}
function isOff(value: Expression | undefined): boolean {
  const text =
    value?.is === "word" ? value.text : value?.is === "string" ? value.value : value?.is === "number" ? value.raw : "";
  return /^(?:false|none|null|no|off|0)$/i.test(text);
}

/** Returns a word record's advice for a name used by other tools. */
export function adviceOnForeignName(word: Word, name: string): string | undefined {
  return word.advice && Object.hasOwn(word.advice, name) ? word.advice[name] : undefined;
}
