/**
 * Names of people. A run of words written large is held to lists of given and family names, of words, places and brands, to
 * how it is spelt, and to the words around it (`Dear …`, `my name is …`, `… said`); what together weighs enough is a name. Who
 * was found once in a text is found in all of it. Words written small are names after an introduction alone.
 */
import type { Detector, Span } from "./finding.js";
import { labelledNames } from "./names/labelled-names.js";
import { partsOf, type Part } from "./names/parts.js";
import { introducedSmall, spokenOfSmall } from "./names/lower-case-names.js";
import { runsOf, tokensOf } from "./names/tokens.js";
import { enough, styleOf, weigh, type Style, type Weighed } from "./names/weigh.js";

export const name: Detector = (text) => {
  const tokens = tokensOf(text);
  const parts = runsOf(text, tokens).flatMap((run) => partsOf(text, run));
  const taken = accepted(text, parts, styleOf(text, tokens));
  const people = new Set<string>();
  for (const { of } of taken.values())
    for (const { plain, initial, known } of of)
      if (
        !initial &&
        plain.length > 2 &&
        !known.common &&
        !known.word &&
        (!known.place || (known.first && of.length > 1))
      )
        people.add(plain);
  const found: Span[] = [...taken.values()].map(({ of }) => ({ start: of[0]!.start, end: of[of.length - 1]!.end }));
  for (const part of people.size > 0 ? parts : [])
    if (!taken.has(part))
      for (const { start, end, plain } of part.of) if (people.has(plain)) found.push({ start, end });
  found.push(...introducedSmall(text), ...spokenOfSmall(text));
  return joined([...labelledNames(text), ...found]);
};

/** In order and apart; of two that share text the longer one. */
function joined(all: readonly Span[]): readonly Span[] {
  const kept: Span[] = [];
  for (const one of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (!last || one.start >= last.end) kept.push(one);
    else if (one.end - one.start > last.end - last.start) kept[kept.length - 1] = one;
  }
  return kept;
}

/** What a name beside it in a list adds. */
const besideName = 0.7;
const listed = /^(?:,|,? (?:and|&|or|und|et|y|e|en|i)|;) ?$/;

/** The parts that weigh enough, by themselves or as another's neighbour in a list. */
function accepted(text: string, parts: readonly Part[], style: () => Style): ReadonlyMap<Part, Weighed> {
  const all = parts.map((part) => weigh(text, part, style));
  const weights = all.map(({ weight }) => weight);
  const beside = (i: number): boolean => {
    const [a, b] = [parts[i]?.of, parts[i + 1]?.of];
    if (!a || !b) return false;
    const [from, to] = [a[a.length - 1]!.end, b[0]!.start];
    return to - from <= 6 && listed.test(text.slice(from, to));
  };
  const enoughAt = (i: number): boolean => (weights[i] ?? 0) >= enough;
  const lift = (i: number): void => {
    const own = weights[i] ?? 0;
    const place = parts[i]?.of.every(({ known }) => known.place);
    if (own > 0 && !place) weights[i] = own + besideName;
  };
  for (let i = 1; i < parts.length; i++) if (!enoughAt(i) && enoughAt(i - 1) && beside(i - 1)) lift(i);
  for (let i = parts.length - 2; i >= 0; i--) if (!enoughAt(i) && enoughAt(i + 1) && beside(i)) lift(i);
  return new Map(parts.flatMap((part, i) => (enoughAt(i) ? [[part, all[i]!]] : [])));
}
