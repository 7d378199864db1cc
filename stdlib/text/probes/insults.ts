/** Detects coarse or insulting words in English texts, including disguised spellings (obscenity's list). */
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from "obscenity";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Returns the start of the first one; −1 if there is none. */
export function findInsult(text: string): number {
  const [first] = matcher.getAllMatches(text, true);
  return first?.startIndex ?? -1;
}
