/** What of a run of words written large may be one name. */
import { plainForm } from "./filters.js";
import { isThing } from "./lists.js";
import { isGiven, type Token } from "./tokens.js";
import {
  addressed,
  closings,
  greetings,
  grounds,
  heads,
  makers,
  never,
  particles,
  placeHeads,
  polite,
  roles,
  things,
  titles,
  weakTitles,
} from "./vocabulary.js";

export interface Part {
  /** Words that may be a name's, one at least. */
  readonly of: readonly Token[];
  /** A title stands before. */
  readonly titled: boolean;
  /** By a title that things are called by too. */
  readonly weak?: boolean;
  /** Words of the language beside them, which belong to the name where something tells that one stands there. */
  readonly head?: Token;
  readonly tail?: Token;
  /** Together the name of a firm, a work, a dish or a place, which some people bear too. */
  readonly thing?: true;
}

/** Cut where a word can't be part of a name and around the names of things, without titles and greetings. */
export function partsOf(text: string, run: readonly Token[]): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let at = 0; at < run.length; at++) {
    const length = thingAt(text, run, at);
    if (length === 0) continue;
    parts.push(...cut(text, run.slice(from, at)));
    const of = run.slice(at, at + length);
    if (of.every((token) => !never.has(token.plain))) parts.push({ of, titled: false, thing: true });
    at += length - 1;
    from = at + 1;
  }
  return [...parts, ...cut(text, run.slice(from))];
}

/** How many tokens from a place on are together a thing's name; after a title or a given name a person's goes on. */
function thingAt(text: string, run: readonly Token[], at: number): number {
  const before = run[at - 1];
  if (before && (titles.has(before.plain) || (before.known.first && !before.known.word && !before.known.place)))
    return 0;
  for (let length = Math.min(4, run.length - at); length > 1; length--) {
    const [first, last] = [run[at]!, run[at + length - 1]!];
    // `Juan Carlos`
    if (run.slice(at, at + length).every(isGiven)) continue;
    const next = run[at + length];
    // `María José García`
    if (next && first.known.first && (next.known.last || next.known.rare) && !next.known.word) continue;
    if (isThing(spoken(text.slice(first.start, last.end)))) return length;
  }
  return 0;
}
/** As the names of things are kept: words in `plainForm`, a space apart. */
function spoken(text: string): string {
  return text
    .split(/[^\p{L}\p{M}'’]+/u)
    .map(plainForm)
    .join(" ");
}

function cut(text: string, run: readonly Token[]): readonly Part[] {
  const parts: Part[] = [];
  let [of, titled, head, after]: [Token[], boolean, Token | undefined, boolean] = [[], false, undefined, false];
  let weak = false;
  const close = (next?: Token): void => {
    for (let last = of.at(-1); last?.initial || (last && of.length > 1 && particles.has(last.plain)); last = of.at(-1))
      of.pop();
    const tail = next && isSoft(next) ? next : undefined;
    // `Smith Ltd`, `Jackson Street`: a thing's.
    if (of.length > 0 && !(next && things.has(next.plain)))
      parts.push({ of, titled, ...(weak && { weak }), ...(head && { head }), ...(tail && { tail }) });
    [of, titled, head, after, weak] = [[], false, tail, false, false];
  };
  // `Tesla Wall Connector`: what follows a maker is a thing.
  let made = false;
  for (const [i, token] of run.entries()) {
    if (
      titles.has(token.plain) &&
      !/^ d[eio] /.test(text.slice(token.end, token.end + 4)) &&
      (token.plain.length > 1 || text[token.end] === ".") &&
      of.length === 0
    )
      [titled, head, after, made, weak] = [
        true,
        undefined,
        polite.has(token.plain),
        false,
        weakTitles.has(token.plain),
      ];
    else if (after && of.length === 0 && isSoft(token)) of.push(token);
    else if (within(of, token, run[i + 1])) of.push(token);
    // `Antonio Della Valle`
    else if (of.length > 0 && particles.has(token.plain) && token.plain.length > 1 && run[i + 1] && !of[0]!.known.word)
      of.push(token);
    else if (
      isBreak(
        token,
        titled ? "titled" : of.length === 0 ? "before" : of[0]!.known.first ? "given" : "within",
        of[0] !== undefined && isGiven(of[0]),
      )
    ) {
      close(token);
      made = !never.has(token.plain) && (makers.has(token.plain) || token.known.brand || heads.has(token.plain));
    } else if (of.length < 5 && !made) of.push(token);
  }
  close();
  return parts;
}

/** `Ahmet Can Polat`: a word between a given name and one of a family. */
function within(of: readonly Token[], token: Token, next: Token | undefined): boolean {
  const [first] = of;
  if (!first || !next || token.known.brand || token.camel) return false;
  return (
    of.length === 1 &&
    isGiven(first) &&
    token.plain.length < 6 &&
    (next.known.last || next.known.rare) &&
    !next.known.word &&
    !things.has(next.plain)
  );
}

/** Where in a name a word would stand: before one begins, after a given name, after another word of it, after a title. */
type Place = "before" | "given" | "within" | "titled";

/** Of things the ones that families are called by too, whatever given name stands before. */
const days = new Set(["day", "page", "case", "park"]);

/** Articles that begin a thing's name: `El Rayo`, `Le Figaro`. */
const opening = new Set("el le la il les los las der die das het the i gli".split(" "));

/** Names of makers, things, days and the like, and what opens and closes letters. */
function isHard({ plain, known, camel, shouted }: Token, at: Place, sure = false): boolean {
  if (camel || never.has(plain)) return true;
  if (at === "before" && addressed.has(plain) && !known.first) return true;
  if (at === "before" && ((heads.has(plain) && (!known.first || placeHeads.has(plain))) || opening.has(plain)))
    return true;
  if (makers.has(plain) || (known.brand && !known.first)) return at === "before" || !known.last;
  // `Doris Day`, `Mrs Hall`, but `Levi Strauss Jeans`.
  if (grounds.has(plain) && at !== "titled" && !sure) return true;
  if (greetings.has(plain) || closings.has(plain) || roles.has(plain) || things.has(plain))
    return !(known.last && ((at === "given" && (sure || days.has(plain))) || at === "titled"));
  return shouted && !known.first && !known.last && !known.rare && plain.length < 5;
}

/** A word of the language, no name. */
function isSoft(token: Token): boolean {
  return !token.initial && token.known.word && !isHard(token, "before") && !token.known.first && !token.known.last;
}

/** What is a word and a name is a name where one has begun. */
function isBreak(token: Token, at: Place, sure: boolean): boolean {
  if (token.initial) return /^[aeiouyàwz]$/u.test(token.plain) && at === "before" && !token.dotted;
  return isHard(token, at, sure) || (token.known.word && !token.known.last && !token.known.first);
}
