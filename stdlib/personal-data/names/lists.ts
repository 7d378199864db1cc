/** What is known of a word by itself; decoded when the first text is looked through. */
import { wordHashes, LetterModel, accentlessForm, WordFilter } from "./filters.js";
import * as made from "./lists.generated.js";
import { ambiguousNames } from "./vocabulary.js";

export interface WordKnowledge {
  readonly first: boolean;
  readonly last: boolean;
  readonly word: boolean;
  /** A name that is rarer than those, given or of a family. */
  readonly rare: boolean;
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
  readonly rarer: WordFilter;
  readonly words: WordFilter;
  readonly places: WordFilter;
  readonly brands: WordFilter;
  readonly phrases: WordFilter;
  readonly letters: LetterModel;
}
let lists: Lists | undefined;
/** Words that were asked for lately, and those before them: what both forget is worked out again. */
let [remembered, older]: [Map<string, WordKnowledge>, Map<string, WordKnowledge>] = [new Map(), new Map()];
const most = 20_000;

export function lookUpWord(plain: string): WordKnowledge {
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
    letters: new LetterModel(made.letters),
  });
}

function looked(plain: string): WordKnowledge {
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
/** Whether words, in `accentlessForm` and a space apart, are together the name of a firm, a work, a dish, a plant or a place. */
export function isPhraseOfThing(phrase: string): boolean {
  return decoded().phrases.has(wordHashes(phrase));
}
/** Of a hyphenated name what its parts are, the first one first. */
export function hyphenatedParts(written: string): readonly string[] {
  return written
    .split(/[-‐]/u)
    .map(accentlessForm)
    .filter((part) => part !== "");
}
