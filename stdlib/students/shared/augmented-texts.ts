/**
 * Augments texts for a teacher to label: it deletes words, replaces some by words of other texts, and appends the end
 * of another text to half of them. After Tang et al. 2019 (https://arxiv.org/abs/1903.12136), whose masks need a base
 * model with a mask token; TinyBERT's augmentation (https://arxiv.org/abs/1909.10351) samples fitting words from a
 * language model.
 */
import { seededRandom, drawBelow, type RandomSource } from "../../statistics/chance.js";

/** Probabilities that a word is deleted, that it is replaced, and that a text gets the end of another text. */
const LEFT_OUT = 0.1;
const REPLACED = 0.15;
const JOINED = 0.5;
/**
 * A text with fewer words than this is split into characters if it has at least `LETTERS`: it is written without
 * spaces.
 */
const FEW = 3;
const LETTERS = 12;
/** Maximum characters of an augmented text. */
const MOST = 20_000;

export interface RewrittenText {
  readonly text: string;
  /** Row of the original text. */
  readonly row: number;
}

/** Returns up to `times` new texts for each text, in order, without duplicates. Short texts give fewer. */
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

/** Joins the start of one text and the end of another. */
function joined(one: readonly string[], other: readonly string[], by: RandomSource): readonly string[] {
  return [...one.slice(0, drawBelow(by, one.length + 1)), ...other.slice(drawBelow(by, other.length + 1))];
}

const happens = (share: number, by: RandomSource): boolean => drawBelow(by, 1_000_000) < share * 1_000_000;

/** Splits a text into words, each with the whitespace before it, or into graphemes. */
function partsOf(text: string): readonly string[] {
  const words = ` ${text.trim()}`.match(/\s+\S+/g) ?? [];
  const isWritten = words.length >= FEW || text.length < LETTERS;
  return isWritten ? words : Array.from(new Intl.Segmenter().segment(text.trim()), ({ segment }) => segment);
}
