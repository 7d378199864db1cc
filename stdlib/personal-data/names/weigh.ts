/** Scores how likely a part of a text is a person's name, from its words and its context. */
import { nameContextOf } from "./name-context.js";
import { lookUpWord, type WordKnowledge } from "./lists.js";
import type { NamePart } from "./parts.js";
import { isUnambiguousGivenName, type NameToken } from "./tokens.js";
import { brandsLikeNames } from "./houses.js";

export const NAME_WEIGHT_THRESHOLD = 0.85;

export interface WeighedName {
  readonly tokens: readonly NameToken[];
  readonly weight: number;
}

export interface TextStyle {
  /** True if nouns are capitalized. */
  readonly german: boolean;
  /** True if most words are capitalized, as in a title or a list of products. */
  readonly headline: boolean;
  readonly shouted: boolean;
  /** True if many words within sentences are capitalized, as in lists of firms, dishes or clubs. */
  readonly dense: boolean;
}
const germanWords = new Set(
  "und nicht der die das ist ich wir mit für auf ein eine einen bitte habe sie ihr euch kann könnt können hier gestern heute morgen noch wird haben sind gibt vom zum zur bei beim wurde ihre seine mein meine".split(
    " ",
  ),
);
/** Computes the style on demand, because most texts do not need it. */
export function lazyStyleOf(text: string, tokens: readonly NameToken[]): () => TextStyle {
  let style: TextStyle | undefined;
  return () => (style ??= judged(text.slice(0, 2000), tokens));
}
function judged(head: string, tokens: readonly NameToken[]): TextStyle {
  const all = head.match(/\p{L}+/gu) ?? [];
  const words = all.length;
  let german = 0;
  for (const word of all) if (word.length < 8 && germanWords.has(word)) german++;
  const seen = tokens.filter(({ start }) => start < head.length);
  const shouted = seen.filter((token) => token.shouted).length;
  // Capitalized although no sentence begins there.
  const within = seen.filter(
    ({ start }) => head[start - 1] === " " && /[\p{Ll},;:]/u.test(head[start - 2] ?? ""),
  ).length;
  return {
    german: german >= Math.max(2, words / 20),
    headline: words >= 5 && seen.filter(({ known }) => known.word || known.brand).length > words * 0.4,
    shouted: words >= 4 && shouted > words * 0.7,
    dense: words >= 20 && within > words * 0.18,
  };
}

export function weighName(text: string, part: NamePart, style: () => TextStyle): WeighedName {
  const { tokens, titled, head, tail } = part;
  const full = tokens.filter(({ initial }) => !initial);
  const ownWeight = full.length === 0 ? 0 : ownWorth(full, tokens.length > full.length, style);
  const whole = [...(head ? [head] : []), ...tokens, ...(tail ? [tail] : [])];
  // Among many names of things, a person's name needs evidence.
  const crowd = (): number => (style().dense ? 0.8 : 0);
  if (isHouse(text, tokens)) return { tokens, weight: 0 };
  if (titled)
    return {
      tokens: tail ? [...tokens, tail] : tokens,
      weight: ownWeight + (part.weak ? 0.2 - crowd() : 1) + contextOf(text, tokens, false).weight,
    };
  if (ownWeight <= 0) return { tokens, weight: 0 };
  if (part.thing) {
    const { isEvident, weight } = contextOf(text, tokens, true);
    return { tokens, weight: isEvident && ownWeight > 0.5 ? ownWeight + weight : 0 };
  }
  const town = tokens.length > 1 && lookUpWord(tokens.map(({ plain }) => plain).join(" ")).place;
  const place = town || tokens.every(({ known }) => known.place && !known.first);
  const around = contextOf(text, whole, place);
  if (around.isEvident) return { tokens: whole, weight: ownWeight + around.weight + 0.2 };
  if (town) return { tokens, weight: 0 };
  const { weight, sentenceStart } = head || tail ? contextOf(text, tokens, place) : around;
  const lone = tokens.length === 1;
  const doubts =
    (lone && full[0]!.known.common ? 0.4 : 0) +
    (lone && sentenceStart && full[0]!.known.word ? 0.5 : 0) +
    (lone ? loneDoubt(tokens[0]!, style) : 0) +
    (tail ? (style().german ? 0.05 : lone ? 0.4 : 0.2) : 0) +
    (lone && full[0]!.known.place ? 0.2 : 0);
  const places = !lone && tokens.every(({ known }) => known.place) ? crowd() : 0;
  const all = doubts + (weight < 0.5 ? crowd() : 0) + places;
  return { tokens, weight: ownWeight <= all ? 0 : ownWeight - all + weight };
}

function contextOf(text: string, tokens: readonly NameToken[], place: boolean): ReturnType<typeof nameContextOf> {
  return nameContextOf(text, tokens[0]!.start, tokens[tokens.length - 1]!.end, place);
}

/** Doubt about a single word. Outside lists of things, an unambiguous given name needs no further evidence. */
function loneDoubt(token: NameToken, style: () => TextStyle): number {
  const { german, headline, dense } = style();
  if (isUnambiguousGivenName(token) && !token.known.brand && !headline && !dense) return german ? -0.1 : -0.05;
  return german || headline ? 0.3 : token.known.rare && !dense ? 0 : 0.1;
}

/** Returns true for a firm's name that looks like a person's: `Paul Smith`, `Captain Morgan`. */
function isHouse(text: string, tokens: readonly NameToken[]): boolean {
  const [first, second] = [tokens[0]!, tokens[1]];
  if (second) return brandsLikeNames.has(`${first.plain}_${second.plain}`);
  const before = /(\p{L}+) $/u.exec(text.slice(Math.max(0, first.start - 16), first.start))?.[1];
  return before !== undefined && brandsLikeNames.has(`${before.toLowerCase()}_${first.plain}`);
}

/** Returns true for a word in no list: two such words next to each other are nearly always a name. */
const unlisted = ({ known: { first, last, rare, word, place, brand } }: NameToken): boolean =>
  !first && !last && !rare && !word && !place && !brand;

/** Scores the words alone, without their context. */
function ownWorth(full: readonly NameToken[], initials: boolean, style: () => TextStyle): number {
  let total = 0;
  for (const [i, { known }] of full.entries())
    if (i < 3) total += worth(known, i > 0 || initials, () => (style().german || style().headline ? 0.4 : 1));
  if (full.length > 1) total += full[0]!.known.first || full.every(unlisted) ? 0.35 : 0.15;
  if (initials) total += 0.5;
  if (full.some(({ shouted }) => shouted) && !style().shouted)
    total -= full.length > 1 && full.every(({ known }) => known.first || known.last) ? 0.2 : 0.6;
  return total;
}

/** @param later true if not the first word of the name, where a family name is likelier */
function worth(
  { first, last, rare, word, place, brand, common, spelt }: WordKnowledge,
  later: boolean,
  unknown: () => number,
): number {
  const sure = word || common ? 0.45 : place ? 0.65 : 1;
  if (first && !(later && last)) return 0.85 * sure;
  if (last) return (later ? 0.75 : 0.5) * sure;
  if (rare) return (later ? 0.65 : 0.5) * sure;
  if (brand || word) return 0;
  if (place) return 0.1;
  const like = spelt > 1.5 ? 0.55 : spelt > 0.5 ? 0.45 : spelt > -0.5 ? 0.35 : spelt > -2.5 ? 0.25 : 0.1;
  return like * unknown();
}
