/** Whether an English text holds a coarse or insulting word, also one that is spelt to be overlooked (obscenity's list). */
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from "obscenity";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Where the first of them begins; −1: there is none. */
export function findInsult(text: string): number {
  const [first] = matcher.getAllMatches(text, true);
  return first?.startIndex ?? -1;
}
