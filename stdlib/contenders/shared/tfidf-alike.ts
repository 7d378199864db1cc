/**
 * Similarity of texts by their words, as vectors whose cosines are those of their tf-idf. For pairs, two numbers per
 * text represent the cosine exactly. For comparing each text with all others, vectors over all words would be too long;
 * feature hashing adds or subtracts each word in one of a fixed number of positions (Weinberger et al. 2009).
 */
import type { SparseRows } from "./tfidf/sparse.js";
import { Vocabulary } from "./tfidf/vocabulary.js";

/** Maximum of numbers in all vectors together, and in one vector. */
const HELD = 2 ** 26;
const LONGEST = 8192;

export interface TfidfSimilarity {
  readonly bytes: number;
  readonly what: string;
  /**
   * Returns the vectors of all first texts, then of all second ones. `truth`: true values of the pairs, if the rows
   * have them.
   */
  predict(rows: Iterable<readonly string[]>, truth: unknown): Promise<readonly Float32Array[]>;
}

export async function tfidfSimilarityModel(
  roles: readonly string[],
  rows: Iterable<readonly string[]>,
  signal?: AbortSignal,
): Promise<TfidfSimilarity> {
  const vocabulary = new Vocabulary(1);
  await vocabulary.learn(apart(rows), signal);
  return {
    bytes: vocabulary.bytes,
    what: `${vocabulary.size.toLocaleString("en-US")} words and pairs of neighbouring words`,
    async predict(rowTexts, truth) {
      const texts = await vocabulary.read(apart(rowTexts), signal);
      const pairs = truth !== undefined && truth !== null && roles.length === 2;
      return bySides(pairs ? inPairs(texts) : hashedOf(texts), roles.length);
    },
  };
}

function* apart(rows: Iterable<readonly string[]>): Generator<readonly string[]> {
  for (const texts of rows) for (const text of texts) yield [text];
}

/** Reorders vectors from row by row to side by side. */
function bySides(vectors: readonly Float32Array[], sides: number): readonly Float32Array[] {
  return Array.from({ length: sides }, (_, side) => vectors.filter((__, i) => i % sides === side)).flat();
}

/** Represents each pair by two unit vectors in the plane whose cosine is that of the texts. */
function inPairs(texts: SparseRows): readonly Float32Array[] {
  return Array.from({ length: texts.count / 2 }, (_, pair) => {
    const cosine = Math.min(1, cosineOf(texts, 2 * pair, 2 * pair + 1));
    return [Float32Array.of(1, 0), Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine))];
  }).flat();
}

function cosineOf({ starts, columnIndexes, values }: SparseRows, first: number, second: number): number {
  const firstValues = new Map<number, number>();
  for (let i = starts[first]!; i < starts[first + 1]!; i++) firstValues.set(columnIndexes[i]!, values[i]!);
  let sum = 0;
  for (let i = starts[second]!; i < starts[second + 1]!; i++)
    sum += values[i]! * (firstValues.get(columnIndexes[i]!) ?? 0);
  return sum;
}

function hashedOf(texts: SparseRows): readonly Float32Array[] {
  const width = Math.max(256, Math.min(LONGEST, Math.floor(HELD / Math.max(1, texts.count))));
  return Array.from({ length: texts.count }, (_, text) => {
    const vector = new Float32Array(width);
    for (let i = texts.starts[text]!; i < texts.starts[text + 1]!; i++) {
      const place = mixed(texts.columnIndexes[i]!);
      vector[(place >>> 1) % width]! += place & 1 ? texts.values[i]! : -texts.values[i]!;
    }
    return vector;
  });
}
function mixed(column: number): number {
  let state = Math.imul(column + 1, 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}
