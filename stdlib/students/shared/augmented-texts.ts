/**
 * Texts made of others, for a teacher to label: words left out, words of other texts put in, and of half of them the end of
 * another text. After Tang et al. 2019 (https://arxiv.org/abs/1903.12136), whose masks need a base that knows one; theirs of
 * TinyBERT (https://arxiv.org/abs/1909.10351) ask a language model for words that fit.
 */
import { seededRandom, drawBelow, type RandomSource } from "../../statistics/chance.js";

/** Shares of words that are left out, and that become another one; of texts that end as another one does. */
const LEFT_OUT = 0.1;
const REPLACED = 0.15;
const JOINED = 0.5;
/** Fewer words than this, and a text is taken letter by letter: it is short, or written without blanks. */
const FEW = 3;
const LETTERS = 12;
/** What a text may be longer than the longest. */
const MOST = 20_000;

export interface RewrittenText {
  readonly text: string;
  /** Of the text that it was made of. */
  readonly row: number;
}

/** Of each text so many others, none of which is there already, in its order; fewer where a text is too short for as many. */
export function makeAugmentedTexts(texts: readonly string[], times: number, seed: number): readonly RewrittenText[] {
  const all = texts.map(partsOf);
  const words = all.flat();
  const known = new Set(texts);
  const made: RewrittenText[] = [];
  all.forEach((textParts, row) => {
    const by = seededRandom(seed, row);
    for (let i = 0; i < times; i++) {
      const text = oneOf(textParts, all, words, by);
      if (text === "" || known.has(text)) continue;
      known.add(text);
      made.push({ text, row });
    }
  });
  return made;
}

function oneOf(
  textParts: readonly string[],
  all: readonly (readonly string[])[],
  words: readonly string[],
  by: RandomSource,
): string {
  const parts = happens(JOINED, by) ? joined(textParts, all[drawBelow(by, all.length)] ?? [], by) : textParts;
  const keptParts = parts.flatMap((part) => {
    if (happens(LEFT_OUT, by)) return [];
    return [happens(REPLACED / (1 - LEFT_OUT), by) ? (words[drawBelow(by, words.length)] ?? part) : part];
  });
  return keptParts.join("").trim().slice(0, MOST);
}

/** The start of one and the end of the other. */
function joined(one: readonly string[], other: readonly string[], by: RandomSource): readonly string[] {
  return [...one.slice(0, drawBelow(by, one.length + 1)), ...other.slice(drawBelow(by, other.length + 1))];
}

const happens = (share: number, by: RandomSource): boolean => drawBelow(by, 1_000_000) < share * 1_000_000;

/** Words, each with the blank before it, or letters as readers see them. */
function partsOf(text: string): readonly string[] {
  const words = ` ${text.trim()}`.match(/\s+\S+/g) ?? [];
  const isWritten = words.length >= FEW || text.length < LETTERS;
  return isWritten ? words : Array.from(new Intl.Segmenter().segment(text.trim()), ({ segment }) => segment);
}
