/**
 * Detects names of people. A run of capitalized words is scored by word lists (given and family names, words, places
 * and brands), by spelling, and by context (`Dear …`, `my name is …`, `… said`). A sufficient total score makes it a
 * name. A name that is found once is found everywhere in the text. Lower-case words count as names only after an
 * introduction.
 */
import type { PersonalDataDetector, TextSpan } from "./finding.js";
import { findLabelledNames } from "./names/labelled-names.js";
import { namePartsOf, type NamePart } from "./names/parts.js";
import { findIntroducedLowerCaseNames, findMentionedLowerCaseNames } from "./names/lower-case-names.js";
import { tokenRuns, capitalizedTokens } from "./names/tokens.js";
import { NAME_WEIGHT_THRESHOLD, lazyStyleOf, weighName, type TextStyle, type WeighedName } from "./names/weigh.js";

export const nameDetector: PersonalDataDetector = (text) => {
  const tokens = capitalizedTokens(text);
  const parts = tokenRuns(text, tokens).flatMap((run) => namePartsOf(text, run));
  const taken = accepted(text, parts, lazyStyleOf(text, tokens));
  const people = new Set<string>();
  for (const { tokens: of } of taken.values())
    for (const { plain, initial, known } of of)
      if (
        !initial &&
        plain.length > 2 &&
        !known.common &&
        !known.word &&
        (!known.place || (known.first && of.length > 1))
      )
        people.add(plain);
  const found: TextSpan[] = [...taken.values()].map(({ tokens: of }) => ({
    start: of[0]!.start,
    end: of[of.length - 1]!.end,
  }));
  for (const part of people.size > 0 ? parts : [])
    if (!taken.has(part))
      for (const { start, end, plain } of part.tokens) if (people.has(plain)) found.push({ start, end });
  found.push(...findIntroducedLowerCaseNames(text), ...findMentionedLowerCaseNames(text));
  return joined([...findLabelledNames(text), ...found]);
};

/** Returns spans in order without overlaps; of two overlapping ones, the longer one. */
function joined(all: readonly TextSpan[]): readonly TextSpan[] {
  const merged: TextSpan[] = [];
  for (const one of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (!last || one.start >= last.end) merged.push(one);
    else if (one.end - one.start > last.end - last.start) merged[merged.length - 1] = one;
  }
  return merged;
}

/** Score for a name next to another one in a list. */
const besideName = 0.7;
const listed = /^(?:,|,? (?:and|&|or|und|et|y|e|en|i)|;) ?$/;

/** Returns the parts with a sufficient score, on their own or next to another name in a list. */
function accepted(
  text: string,
  parts: readonly NamePart[],
  style: () => TextStyle,
): ReadonlyMap<NamePart, WeighedName> {
  const all = parts.map((part) => weighName(text, part, style));
  const weights = all.map(({ weight }) => weight);
  const beside = (i: number): boolean => {
    const [a, b] = [parts[i]?.tokens, parts[i + 1]?.tokens];
    if (!a || !b) return false;
    const [from, to] = [a[a.length - 1]!.end, b[0]!.start];
    return to - from <= 6 && listed.test(text.slice(from, to));
  };
  const enoughAt = (i: number): boolean => (weights[i] ?? 0) >= NAME_WEIGHT_THRESHOLD;
  const lift = (i: number): void => {
    const own = weights[i] ?? 0;
    const place = parts[i]?.tokens.every(({ known }) => known.place);
    if (own > 0 && !place) weights[i] = own + besideName;
  };
  for (let i = 1; i < parts.length; i++) if (!enoughAt(i) && enoughAt(i - 1) && beside(i - 1)) lift(i);
  for (let i = parts.length - 2; i >= 0; i--) if (!enoughAt(i) && enoughAt(i + 1) && beside(i)) lift(i);
  return new Map(parts.flatMap((part, i) => (enoughAt(i) ? [[part, all[i]!]] : [])));
}
