/** Tags of words in the format of Hugging Face's `token-classification`: entities with their positions in the text. */
import type { TextPrediction } from "../contract.js";
import type { Parameters } from "./request-schemas.js";

interface Word {
  readonly token: string;
  readonly tag: string;
  readonly probability: number;
}
interface Entity {
  readonly type: string;
  /** Word indices from 0; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * Positions are in code points, as in Python. The words of an entity are one group; with `none` each word is separate.
 */
export function entitiesIn(
  { prediction }: TextPrediction,
  text: string,
  { aggregation_strategy: strategy, ignore_labels: ignored }: Parameters,
): readonly unknown[] {
  const words = prediction["tokens"] as readonly Word[];
  const places = placesOf(text);
  const skipped = new Set(ignored ?? ["O"]);
  if (strategy === "none")
    return words.flatMap(({ token, tag, probability }, index) =>
      skipped.has(tag) ? [] : [{ entity: tag, score: probability, index, word: token, ...places[index] }],
    );
  return (prediction["entities"] as readonly Entity[])
    .filter(({ type }) => !skipped.has(type))
    .map(({ type, start, end }) => {
      const entityWords = words.slice(start, end);
      const [first, last] = [places[start], places[end - 1]];
      return {
        entity_group: type,
        score: entityWords.reduce((sum, { probability }) => sum + probability, 0) / entityWords.length,
        word: entityWords.map(({ token }) => token).join(" "),
        start: first?.start ?? 0,
        end: last?.end ?? 0,
      };
    });
}

/** Positions of the words separated by white space. */
function placesOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  let [units, points] = [0, 0];
  return [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => {
    points += [...text.slice(units, index)].length;
    const start = points;
    points += [...word].length;
    units = index + word.length;
    return { start, end: points };
  });
}
