/**
 * Names of people. A run of words written large is held to lists of given and family names, of words, places and brands, to
 * how it is spelt, and to the words around it (`Dear …`, `my name is …`, `… said`); what together weighs enough is a name. Who
 * was found once in a text is found in all of it. Words written small are names after an introduction alone.
 */
import type { Detector, Span } from "./finding.js";
import { around } from "./names/around.js";
import { plainForm } from "./names/filters.js";
import { known, type Known } from "./names/lists.js";
import { runsOf, tokensOf, type Token } from "./names/tokens.js";
import { closings, greetings, makers, never, roles, things, titles } from "./names/vocabulary.js";

/** From which weight on it is a name. */
const enough = 1;

export const name: Detector = (text) => {
  const tokens = tokensOf(text);
  const style = styleOf(text, tokens);
  const found: Span[] = [];
  const people = new Set<string>();
  const left: Token[] = [];
  for (const run of runsOf(text, tokens))
    for (const { of, titled } of partsOf(text, run)) {
      if (weigh(text, of, titled, style) < enough) {
        left.push(...of);
        continue;
      }
      found.push({ start: of[0]!.start, end: of[of.length - 1]!.end });
      for (const { plain, initial, known } of of)
        if (!initial && plain.length > 2 && !known.common && !known.word && !known.place) people.add(plain);
    }
  if (people.size > 0) for (const { start, end, plain } of left) if (people.has(plain)) found.push({ start, end });
  found.push(...small(text));
  return found.sort((a, b) => a.start - b.start);
};

interface Style {
  /** Nouns are written large. */
  readonly german: boolean;
  /** Most words are written large: a title, a list of products. */
  readonly headline: boolean;
  readonly shouted: boolean;
}
const germanWords =
  /(?<![\p{L}])(?:und|nicht|der|die|das|ist|ich|wir|mit|für|auf|ein|eine|bitte|habe|sie)(?![\p{L}])/giu;

function styleOf(text: string, tokens: readonly Token[]): () => Style {
  let style: Style | undefined;
  return () => (style ??= judged(text.slice(0, 2000), tokens));
}
function judged(head: string, tokens: readonly Token[]): Style {
  const words = head.match(/\p{L}+/gu)?.length ?? 0;
  const seen = tokens.filter(({ start }) => start < head.length);
  const shouted = seen.filter((token) => token.shouted).length;
  return {
    german: (head.match(germanWords)?.length ?? 0) >= Math.max(2, words / 20),
    headline: words >= 5 && seen.length > words * 0.6,
    shouted: words >= 4 && shouted > words * 0.7,
  };
}

interface Part {
  readonly of: readonly Token[];
  readonly titled: boolean;
}

/** What of a run may be one name: cut where a word can't be part of one, without titles and greetings. */
function partsOf(text: string, run: readonly Token[]): readonly Part[] {
  const parts: Part[] = [];
  let [of, titled]: [Token[], boolean] = [[], false];
  const close = (next?: Token): void => {
    while (of.at(-1)?.initial) of.pop();
    // `Smith Ltd`, `Jackson Street`: a thing's.
    if (of.length > 0 && !(next && things.has(next.plain))) parts.push({ of, titled });
    [of, titled] = [[], false];
  };
  for (const token of run) {
    if (titles.has(token.plain) && (token.plain.length > 1 || text[token.end] === ".") && of.length === 0)
      titled = true;
    else if (isBreak(token, of.length > 0 || titled)) close(token);
    else if (of.length < 5) of.push(token);
  }
  close();
  return parts;
}

/** @param within a name has begun, or a title stands before: what is a word and a name is a name there */
function isBreak({ plain, known, camel, shouted, initial }: Token, within: boolean): boolean {
  if (initial) return plain === "i" && !within;
  if (camel || never.has(plain)) return true;
  if (makers.has(plain) || (known.brand && !known.first)) return !within || !known.last;
  if (greetings.has(plain) || closings.has(plain) || roles.has(plain) || things.has(plain))
    return !(within && known.last);
  if (shouted && !known.first && !known.last) return true;
  if (!known.word) return false;
  return within ? !known.last && !known.first : !known.first && !known.last;
}

function weigh(text: string, of: readonly Token[], titled: boolean, style: () => Style): number {
  const full = of.filter(({ initial }) => !initial);
  const own = full.length === 0 ? 0 : ownWorth(full, of.length > full.length, style);
  if (own <= 0 && !titled) return 0;
  const [first, last] = [of[0]!, of[of.length - 1]!];
  const town = of.length > 1 && !titled && known(of.map(({ plain }) => plain).join(" ")).place;
  const place = town || of.every(({ known }) => known.place && !known.first);
  const { weight, told, sentenceStart } = around(text, first.start, last.end, place);
  if (titled) return own + weight + 1;
  const lone = of.length === 1 && !told;
  const doubts =
    (lone && full[0]!.known.common ? 0.4 : 0) +
    (lone && sentenceStart && full[0]!.known.word ? 0.5 : 0) +
    (lone ? (style().german || style().headline ? 0.3 : 0.1) : 0) +
    (town ? 0.9 : 0);
  return own <= doubts ? 0 : own - doubts + weight + (told ? 0.2 : 0);
}

/** What the words weigh by themselves. */
function ownWorth(full: readonly Token[], initials: boolean, style: () => Style): number {
  let own = 0;
  for (const [i, { known }] of full.entries())
    if (i < 3) own += worth(known, i > 0 || initials, () => (style().german || style().headline ? 0.4 : 1));
  if (full.length > 1) own += full[0]!.known.first ? 0.35 : 0.15;
  if (initials) own += 0.5;
  if (full.some(({ shouted }) => shouted) && !style().shouted)
    own -= full.every(({ known }) => known.first || known.last) ? 0.2 : 0.6;
  return own;
}

/** @param later not the first of the name: a family name is likelier there */
function worth(
  { first, last, word, place, brand, common, spelt }: Known,
  later: boolean,
  unknown: () => number,
): number {
  const sure = word || common ? 0.45 : place ? 0.65 : 1;
  if (first && !(later && last)) return 0.85 * sure;
  if (last) return (later ? 0.75 : 0.5) * sure;
  if (brand || word) return 0;
  if (place) return 0.1;
  const like = spelt > 1.5 ? 0.5 : spelt > 0.5 ? 0.42 : spelt > -0.5 ? 0.3 : spelt > -2.5 ? 0.2 : 0.1;
  return like * unknown();
}

const opening =
  /\b(?:my name(?:'s|’s|s)?(?: is| was)?|name's|call(?:ed)? me|i am called|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|me llamo|mi chiamo|ik heet|mijn naam is|(?:i am|i'm|im|this is|dear|hi|hello|hey|hallo|mr\.?|mrs\.?|ms\.?|dr\.?)) (?=[a-z])/gi;
const follower = /(\p{Ll}[\p{L}'’-]{1,20})(?: (\p{Ll}[\p{L}'’-]{1,24}))?(?![\p{L}\p{N}])/uy;

/** `hi, my name is john smith`: a given name and, where it is one, the family name after it. */
function small(text: string): readonly Span[] {
  const found: Span[] = [];
  for (const { 0: words, index } of text.matchAll(opening)) {
    const start = index + words.length;
    follower.lastIndex = start;
    const [, given = "", family] = follower.exec(text) ?? [];
    const one = known(plainForm(given));
    const sure = /name|llamo|chiamo|heet|appelle|hei(?:ß|ss)e/iu.test(words);
    if (!one.first || (one.word && !sure) || one.common || never.has(plainForm(given))) continue;
    const other = family === undefined ? undefined : known(plainForm(family));
    const both = other !== undefined && (other.last || other.first) && !other.word;
    found.push({ start, end: start + given.length + (both ? (family?.length ?? 0) + 1 : 0) });
  }
  return found;
}
