/** Knowledge about single words; the lists are decoded on first use. */
import { wordHashes, NameSpellingModel, accentlessForm, WordFilter } from "./filters.js";
import * as made from "./lists.generated.js";
import { ambiguousNames } from "./vocabulary.js";

export interface WordListMembership {
  readonly first: boolean;
  readonly last: boolean;
  readonly word: boolean;
  /** A rarer given or family name, not in the main lists. */
  readonly rare: boolean;
  readonly place: boolean;
  readonly brand: boolean;
  /** True if the name is also a common name of things. */
  readonly common: boolean;
  /** Spelling score; see `NameSpellingModel`. */
  readonly spelt: number;
}
interface Lists {
  readonly firsts: WordFilter;
  readonly lasts: WordFilter;
  readonly rarer: WordFilter;
  readonly words: WordFilter;
  readonly places: WordFilter;
  readonly brands: WordFilter;
  readonly phrases: WordFilter;
  readonly letters: NameSpellingModel;
}
let lists: Lists | undefined;
/** Two-generation cache of words: recent lookups and those before. A word in neither is looked up again. */
let [remembered, older]: [Map<string, WordListMembership>, Map<string, WordListMembership>] = [new Map(), new Map()];
const most = 20_000;

export function lookUpWord(plain: string): WordListMembership {
  let found = remembered.get(plain);
  if (found) return found;
  found = older.get(plain) ?? looked(plain);
  if (remembered.size >= most) [older, remembered] = [remembered, new Map()];
  remembered.set(plain, found);
  return found;
}

function decoded(): Lists {
  return (lists ??= {
    firsts: new WordFilter(made.firsts),
    lasts: new WordFilter(made.lasts),
    rarer: new WordFilter(made.rarer),
    words: new WordFilter(made.words),
    places: new WordFilter(made.places),
    brands: new WordFilter(made.brands),
    phrases: new WordFilter(made.phrases),
    letters: new NameSpellingModel(made.letters),
  });
}

function looked(plain: string): WordListMembership {
  const { firsts, lasts, rarer, words, places, brands, letters } = decoded();
  const by = wordHashes(plain);
  const [first, last] = [firsts.has(by), lasts.has(by)];
  return {
    first,
    last,
    rare: !first && !last && rarer.has(by),
    place: places.has(by),
    brand: brands.has(by),
    word: words.has(by) || (plain.endsWith("s") && words.has(wordHashes(plain.slice(0, -1)))),
    common: ambiguousNames.has(plain),
    spelt: letters.score(plain),
  };
}
/**
 * Returns true if the phrase names a firm, a work, a dish, a plant or a place. Words are in `accentlessForm`, separated
 * by a space.
 */
export function isPhraseOfThing(phrase: string): boolean {
  return decoded().phrases.has(wordHashes(phrase));
}
/** Returns the parts of a hyphenated name in `accentlessForm`, in order. */
export function hyphenatedParts(written: string): readonly string[] {
  return written
    .split(/[-‐]/u)
    .map(accentlessForm)
    .filter((part) => part !== "");
}
