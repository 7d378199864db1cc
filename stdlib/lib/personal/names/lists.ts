/** What is known of a word by itself; decoded when the first text is looked through. */
import { LetterModel, plainForm, WordFilter } from "./filters.js";
import * as made from "./lists.generated.js";
import { ambiguous } from "./vocabulary.js";

export interface Known {
  readonly first: boolean;
  readonly last: boolean;
  readonly word: boolean;
  readonly place: boolean;
  readonly brand: boolean;
  /** Of those that many things are called too. */
  readonly common: boolean;
  /** How much it is spelt like a name; see `LetterModel`. */
  readonly spelt: number;
}
interface Lists {
  readonly firsts: WordFilter;
  readonly lasts: WordFilter;
  readonly words: WordFilter;
  readonly places: WordFilter;
  readonly brands: WordFilter;
  readonly letters: LetterModel;
}
let lists: Lists | undefined;
const remembered = new Map<string, Known>();
const most = 20_000;

export function known(plain: string): Known {
  const before = remembered.get(plain);
  if (before) return before;
  lists ??= {
    ...{ firsts: new WordFilter(made.firsts), lasts: new WordFilter(made.lasts), words: new WordFilter(made.words) },
    ...{
      places: new WordFilter(made.places),
      brands: new WordFilter(made.brands),
      letters: new LetterModel(made.letters),
    },
  };
  const { firsts, lasts, words, places, brands, letters } = lists;
  const found: Known = {
    ...{ first: firsts.has(plain), last: lasts.has(plain), place: places.has(plain), brand: brands.has(plain) },
    word: words.has(plain) || (plain.endsWith("s") && words.has(plain.slice(0, -1))),
    ...{ common: ambiguous.has(plain), spelt: letters.score(plain) },
  };
  if (remembered.size >= most) remembered.clear();
  remembered.set(plain, found);
  return found;
}
/** Of a hyphenated name what its parts are, the first one first. */
export function partsOf(written: string): readonly string[] {
  return written
    .split(/[-‐]/u)
    .map(plainForm)
    .filter((part) => part !== "");
}
