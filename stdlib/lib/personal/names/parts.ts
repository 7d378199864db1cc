/** What of a run of words written large may be one name. */
import type { Token } from "./tokens.js";
import { closings, greetings, makers, never, polite, roles, things, titles } from "./vocabulary.js";

export interface Part {
  /** Words that may be a name's, one at least. */
  readonly of: readonly Token[];
  /** A title stands before. */
  readonly titled: boolean;
  /** Words of the language beside them, which belong to the name where something tells that one stands there. */
  readonly head?: Token;
  readonly tail?: Token;
}

/** Cut where a word can't be part of a name, without titles and greetings. */
export function partsOf(text: string, run: readonly Token[]): readonly Part[] {
  const parts: Part[] = [];
  let [of, titled, head, after]: [Token[], boolean, Token | undefined, boolean] = [[], false, undefined, false];
  const close = (next?: Token): void => {
    while (of.at(-1)?.initial) of.pop();
    const tail = next && isSoft(next) ? next : undefined;
    // `Smith Ltd`, `Jackson Street`: a thing's.
    if (of.length > 0 && !(next && things.has(next.plain)))
      parts.push({ of, titled, ...(head && { head }), ...(tail && { tail }) });
    [of, titled, head, after] = [[], false, tail, false];
  };
  // `Tesla Wall Connector`: what follows a maker is a thing.
  let made = false;
  for (const token of run) {
    if (titles.has(token.plain) && (token.plain.length > 1 || text[token.end] === ".") && of.length === 0)
      [titled, head, after, made] = [true, undefined, polite.has(token.plain), false];
    else if (after && of.length === 0 && isSoft(token)) of.push(token);
    else if (isBreak(token, titled ? "titled" : of.length === 0 ? "before" : of[0]!.known.first ? "given" : "within")) {
      close(token);
      made = makers.has(token.plain) || token.known.brand;
    } else if (of.length < 5 && !made) of.push(token);
  }
  close();
  return parts;
}

/** Where in a name a word would stand: before one begins, after a given name, after another word of it, after a title. */
type Place = "before" | "given" | "within" | "titled";

/** Names of makers, things, days and the like, and what opens and closes letters. */
function isHard({ plain, known, camel, shouted }: Token, at: Place): boolean {
  if (camel || never.has(plain)) return true;
  if (makers.has(plain) || (known.brand && !known.first)) return at === "before" || !known.last;
  // `Doris Day`, `Mrs Hall`, but `Levi Strauss Jeans`.
  if (greetings.has(plain) || closings.has(plain) || roles.has(plain) || things.has(plain))
    return !(known.last && (at === "given" || at === "titled"));
  return shouted && !known.first && !known.last;
}

/** A word of the language, no name. */
function isSoft(token: Token): boolean {
  return !token.initial && token.known.word && !isHard(token, "before") && !token.known.first && !token.known.last;
}

/** What is a word and a name is a name where one has begun. */
function isBreak(token: Token, at: Place): boolean {
  if (token.initial) return token.plain === "i" && at === "before";
  return isHard(token, at) || (token.known.word && !token.known.last && !token.known.first);
}
