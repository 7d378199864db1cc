/**
 * Applies certain fixes until none is left, as `tunebook fix` and editors do. Invariants: no fix adds errors; a fix
 * that does not remove its diagnostic is undone; overlapping fixes are applied in separate passes; it always
 * terminates.
 */
import type { Diagnostic } from "./diagnostic.js";
import type { Edit } from "./span.js";

/** Maps source ids to texts. */
export type SourceTexts = ReadonlyMap<string, string>;
/**
 * Returns the diagnostics of texts that belong together. The source of a span may be a part, `ID#2`, of one of them.
 */
export type DiagnoseTexts = (texts: SourceTexts) => Promise<readonly Diagnostic[]> | readonly Diagnostic[];

export interface AppliedFix {
  /** Source id, and offset in its original text. */
  readonly text: string;
  readonly offset: number;
  readonly code: string;
  readonly title: string;
}
export interface FixResult {
  readonly texts: SourceTexts;
  readonly applied: readonly AppliedFix[];
  /** Fixes that were undone because they would add errors or did not remove their diagnostic. */
  readonly refused: readonly AppliedFix[];
  /** Remaining diagnostics. */
  readonly left: readonly Diagnostic[];
}

/** Maximum passes; each may uncover what another error hid. No text of the corpus takes more than 4. */
const most = 50;

interface Candidate extends AppliedFix {
  readonly edits: readonly Edit[];
}

/** `last`: a slower check, run on texts in which `quick` finds no more errors. */
export async function applyFixes(start: SourceTexts, quick: DiagnoseTexts, last?: DiagnoseTexts): Promise<FixResult> {
  let texts = start;
  let judge = quick;
  let found = await judge(texts);
  let history: ReadonlyMap<string, readonly (readonly Edit[])[]> = new Map();
  const applied: Candidate[] = [];
  const refused = new Map<string, Candidate>();
  const seen = new Set([keyOf(texts)]);
  for (let together = true, passes = 0; passes < most;) {
    const open = candidates(found, texts, history).filter((one) => !refused.has(nameOf(one)));
    const chosen = apart(open).slice(0, together ? undefined : 1);
    if (chosen.length === 0) {
      if (!last || judge === last || errorsIn(found) > 0) break;
      judge = last;
      found = await judge(texts);
      together = true;
      continue;
    }
    const next = edited(texts, chosen);
    const after = seen.has(keyOf(next)) ? undefined : await judge(next);
    const edits = new Map(history);
    for (const [id, edit] of byText(chosen)) edits.set(id, [...(edits.get(id) ?? []), edit]);
    const again = new Set(after && candidates(after, next, edits).map(nameOf));
    if (after === undefined || errorsIn(after) > errorsIn(found) || chosen.some((one) => again.has(nameOf(one)))) {
      // One of them fixes nothing or adds an error: from now on each is tried alone.
      if (chosen.length > 1) together = false;
      else for (const one of chosen) refused.set(nameOf(one), one);
      continue;
    }
    history = edits;
    applied.push(...chosen);
    seen.add(keyOf(next));
    [texts, found] = [next, after];
    passes += 1;
  }
  const toApplied = ({ text, offset, code, title }: Candidate): AppliedFix => ({ text, offset, code, title });
  return { texts, applied: applied.map(toApplied), refused: [...refused.values()].map(toApplied), left: found };
}

/** Returns the certain fixes with their texts, in text order. */
function candidates(
  found: readonly Diagnostic[],
  texts: SourceTexts,
  history: ReadonlyMap<string, readonly (readonly Edit[])[]>,
): readonly Candidate[] {
  return found
    .flatMap(({ code, fix, span }): Candidate[] => {
      const text = texts.has(span.source) ? span.source : span.source.replace(/#\d+$/, "");
      if (!fix?.certain || fix.edits.length === 0 || !texts.has(text)) return [];
      const edits = fix.edits.toSorted((a, b) => a.start - b.start);
      return [{ text, offset: before(history.get(text) ?? [], span.start), code, title: fix.title, edits }];
    })
    .sort((a, b) => (a.edits[0]?.start ?? 0) - (b.edits[0]?.start ?? 0));
}

/** Returns the fixes that do not overlap; the others follow in a later pass. */
function apart(all: readonly Candidate[]): readonly Candidate[] {
  const taken = new Map<string, Edit[]>();
  return all.filter(({ text, edits }) => {
    const there = taken.get(text) ?? [];
    if (edits.some((e) => there.some((options) => touches(e, options)))) return false;
    taken.set(text, [...there, ...edits]);
    return true;
  });
}

/** Whether two edits overlap; an insertion at the edge of another edit has no defined order. */
function touches(a: Edit, b: Edit): boolean {
  const empty = a.start === a.end || b.start === b.end;
  return empty ? a.start <= b.end && b.start <= a.end : a.start < b.end && b.start < a.end;
}

function edited(texts: SourceTexts, chosen: readonly Candidate[]): SourceTexts {
  const next = new Map(texts);
  for (const [id, edits] of byText(chosen)) next.set(id, applyEdits(next.get(id) ?? "", edits));
  return next;
}
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text);
}
function byText(chosen: readonly Candidate[]): ReadonlyMap<string, readonly Edit[]> {
  const edits = new Map<string, Edit[]>();
  for (const one of chosen) edits.set(one.text, [...(edits.get(one.text) ?? []), ...one.edits]);
  return edits;
}

/** Returns an offset's position before all edits. */
function before(history: readonly (readonly Edit[])[], offset: number): number {
  return history.reduceRight((at, edits) => {
    let moved = 0;
    for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
      if (at < start + moved) break;
      if (at < start + moved + text.length) return start;
      moved += text.length - (end - start);
    }
    return at - moved;
  }, offset);
}

const errorsIn = (found: readonly Diagnostic[]): number => found.filter((d) => d.severity === "error").length;
const nameOf = ({ text, offset, code, title }: Candidate): string => JSON.stringify([text, offset, code, title]);
const keyOf = (texts: SourceTexts): string => JSON.stringify([...texts]);
