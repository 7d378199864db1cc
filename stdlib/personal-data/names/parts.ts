/** Splits a run of capitalized words into possible names. */
import { accentlessForm } from "./filters.js";
import { isPhraseOfThing } from "./lists.js";
import { isUnambiguousGivenName, type NameToken } from "./tokens.js";
import {
  verbsBeforeNames,
  closingWords,
  greetingWords,
  familyNamePlaceNouns,
  placeNounsBeforeNames,
  brandsNamedAfterPeople,
  neverNames,
  nameParticles,
  placePrefixes,
  politeTitles,
  relationshipWords,
  thingNouns,
  titleWords,
  ambiguousTitles,
} from "./vocabulary.js";

export interface NamePart {
  /** At least one word that may belong to a name. */
  readonly tokens: readonly NameToken[];
  /** True if a title precedes the name. */
  readonly titled: boolean;
  /** True if the title is also used in names of things. */
  readonly weak?: boolean;
  /**
   * Ordinary words next to the name (`head` before, `tail` after); they belong to it if the context supports a name.
   */
  readonly head?: NameToken;
  readonly tail?: NameToken;
  /** True if the words name a firm, a work, a dish or a place, but some people have the same name. */
  readonly thing?: true;
}

/**
 * Returns the parts of a run, split at words that cannot belong to a name and at names of things, without titles and
 * greetings.
 */
export function namePartsOf(text: string, run: readonly NameToken[]): readonly NamePart[] {
  const parts: NamePart[] = [];
  let from = 0;
  for (let index = 0; index < run.length; index++) {
    const length = thingAt(text, run, index);
    if (length === 0) continue;
    parts.push(...cut(text, run.slice(from, index)));
    const tokens = run.slice(index, index + length);
    if (tokens.every((token) => !neverNames.has(token.plain))) parts.push({ tokens, titled: false, thing: true });
    index += length - 1;
    from = index + 1;
  }
  return [...parts, ...cut(text, run.slice(from))];
}

/**
 * Returns how many tokens from an index on name a thing. After a title or a given name, they continue a person's name.
 */
function thingAt(text: string, run: readonly NameToken[], index: number): number {
  const before = run[index - 1];
  if (before && (titleWords.has(before.plain) || (before.known.first && !before.known.word && !before.known.place)))
    return 0;
  for (let length = Math.min(4, run.length - index); length > 1; length--) {
    const [first, last] = [run[index]!, run[index + length - 1]!];
    // `Juan Carlos`
    if (run.slice(index, index + length).every(isUnambiguousGivenName)) continue;
    const next = run[index + length];
    // `María José García`
    if (next && first.known.first && (next.known.last || next.known.rare) && !next.known.word) continue;
    if (isPhraseOfThing(spoken(text.slice(first.start, last.end)))) return length;
  }
  return 0;
}
/** Returns the form of the list of things: words in `accentlessForm`, separated by a space. */
function spoken(text: string): string {
  return text
    .split(/[^\p{L}\p{M}'’]+/u)
    .map(accentlessForm)
    .join(" ");
}

function cut(text: string, run: readonly NameToken[]): readonly NamePart[] {
  const parts: NamePart[] = [];
  let [tokens, titled, head, after]: [NameToken[], boolean, NameToken | undefined, boolean] = [
    [],
    false,
    undefined,
    false,
  ];
  let weak = false;
  const close = (next?: NameToken): void => {
    for (
      let last = tokens.at(-1);
      last?.initial || (last && tokens.length > 1 && nameParticles.has(last.plain));
      last = tokens.at(-1)
    )
      tokens.pop();
    const tail = next && isSoft(next) ? next : undefined;
    // `Smith Ltd`, `Jackson Street`: names of things.
    if (tokens.length > 0 && !(next && thingNouns.has(next.plain)))
      parts.push({ tokens, titled, ...(weak && { weak }), ...(head && { head }), ...(tail && { tail }) });
    [tokens, titled, head, after, weak] = [[], false, tail, false, false];
  };
  // `Tesla Wall Connector`: words after a maker name a thing.
  let made = false;
  for (const [i, token] of run.entries()) {
    if (
      titleWords.has(token.plain) &&
      !/^ d[eio] /.test(text.slice(token.end, token.end + 4)) &&
      (token.plain.length > 1 || text[token.end] === ".") &&
      tokens.length === 0
    )
      [titled, head, after, made, weak] = [
        true,
        undefined,
        politeTitles.has(token.plain),
        false,
        ambiguousTitles.has(token.plain),
      ];
    else if (after && tokens.length === 0 && isSoft(token)) tokens.push(token);
    else if (within(tokens, token, run[i + 1])) tokens.push(token);
    // `Antonio Della Valle`
    else if (
      tokens.length > 0 &&
      nameParticles.has(token.plain) &&
      token.plain.length > 1 &&
      run[i + 1] &&
      !tokens[0]!.known.word
    )
      tokens.push(token);
    else if (
      isBreak(
        token,
        titled ? "titled" : tokens.length === 0 ? "before" : tokens[0]!.known.first ? "given" : "within",
        tokens[0] !== undefined && isUnambiguousGivenName(tokens[0]),
      )
    ) {
      close(token);
      made =
        !neverNames.has(token.plain) &&
        (brandsNamedAfterPeople.has(token.plain) || token.known.brand || placeNounsBeforeNames.has(token.plain));
    } else if (tokens.length < 5 && !made) tokens.push(token);
  }
  close();
  return parts;
}

/** `Ahmet Can Polat`: an ordinary word between a given and a family name. */
function within(tokens: readonly NameToken[], token: NameToken, next: NameToken | undefined): boolean {
  const [first] = tokens;
  if (!first || !next || token.known.brand || token.camel) return false;
  return (
    tokens.length === 1 &&
    isUnambiguousGivenName(first) &&
    token.plain.length < 6 &&
    (next.known.last || next.known.rare) &&
    !next.known.word &&
    !thingNouns.has(next.plain)
  );
}

/** Position of a word: before a name begins, after a given name, after another word of the name, or after a title. */
type Place = "before" | "given" | "within" | "titled";

/** Nouns of things that are also family names, whatever given name precedes them. */
const days = new Set(["day", "page", "case", "park"]);

/** Articles that begin the name of a thing: `El Rayo`, `Le Figaro`. */
const opening = new Set("el le la il les los las der die das het the i gli".split(" "));

/** Returns true for makers, things, days and the like, and for opening and closing words of letters. */
function isHard({ plain, known, camel, shouted }: NameToken, place: Place, sure = false): boolean {
  if (camel || neverNames.has(plain)) return true;
  if (place === "before" && verbsBeforeNames.has(plain) && !known.first) return true;
  if (
    place === "before" &&
    ((placeNounsBeforeNames.has(plain) && (!known.first || placePrefixes.has(plain))) || opening.has(plain))
  )
    return true;
  if (brandsNamedAfterPeople.has(plain) || (known.brand && !known.first)) return place === "before" || !known.last;
  // `Doris Day`, `Mrs Hall`, but `Levi Strauss Jeans`.
  if (familyNamePlaceNouns.has(plain) && place !== "titled" && !sure) return true;
  if (greetingWords.has(plain) || closingWords.has(plain) || relationshipWords.has(plain) || thingNouns.has(plain))
    return !(known.last && ((place === "given" && (sure || days.has(plain))) || place === "titled"));
  return shouted && !known.first && !known.last && !known.rare && plain.length < 5;
}

/** Returns true for an ordinary word that is no name. */
function isSoft(token: NameToken): boolean {
  return !token.initial && token.known.word && !isHard(token, "before") && !token.known.first && !token.known.last;
}

/** Returns true if the word ends a name; a word that is also a name continues one that has begun. */
function isBreak(token: NameToken, place: Place, sure: boolean): boolean {
  if (token.initial) return /^[aeiouyàwz]$/u.test(token.plain) && place === "before" && !token.dotted;
  return isHard(token, place, sure) || (token.known.word && !token.known.last && !token.known.first);
}
