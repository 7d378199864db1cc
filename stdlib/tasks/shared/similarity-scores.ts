/** Similarity scores: cosines, losses over a complete split (float64), and retrieval ranks. */
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { FoundRank } from "../../metrics/kind.js";
import type { SimilarityLossSettings } from "./similarity-losses.js";
import type { TextPairTargets } from "./similarity-rows.js";

/** Normalizes to length 1; a zero vector is unchanged. */
export function unitVector(vector: Float32Array): Float64Array {
  const values = Float64Array.from(vector);
  const length = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return values.map((x) => x / Math.max(length, 1e-12));
}
export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function lossOfCosines(
  cosines: Float64Array,
  { loss, scores, same }: Pick<TextPairTargets, "loss" | "scores" | "same">,
  { scale, margin }: SimilarityLossSettings,
): number {
  const scored = () => mustExist(scores, "scores of the pairs");
  const pairLabels = () => mustExist(same, "labels of the pairs");
  if (loss === "cosine") return meanOfValues(cosines.map((cosine, i) => (cosine - scored().cosines[i]!) ** 2));
  if (loss === "cosent") return cosent(cosines, scored().written, scale);
  const apart = cosines.map((cosine) => 1 - cosine);
  const near = (d: number): number => Math.max(0, margin - d) ** 2;
  if (loss === "contrastive") return meanOfValues(apart.map((d, i) => 0.5 * (pairLabels()[i] ? d * d : near(d))));
  const [alike, other] = [apart.filter((_, i) => pairLabels()[i] === 1), apart.filter((_, i) => pairLabels()[i] === 0)];
  const farthest = alike.length > 0 ? alike.reduce((a, b) => Math.max(a, b)) : meanOfValues(other);
  const nearest = other.length > 0 ? other.reduce((a, b) => Math.min(a, b)) : meanOfValues(alike);
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return (
    sum(alike.filter((d) => d > nearest).map((d) => d * d)) + sum(other.filter((d) => d < farthest).map((d) => near(d)))
  );
}

/**
 * ln(1 + Σ e^(scale · (cosᵢ − cosⱼ))) over pairs whose score i is below j's, from cumulative sums in the order of
 * scores.
 */
function cosent(cosines: Float64Array, scores: Float64Array, scale: number): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [total, before] = [0, 0];
  for (let index = 0; index < order.length;) {
    let end = index;
    while (end < order.length && scores[order[end]!] === scores[order[index]!]) end++;
    const level = order.subarray(index, end);
    for (const i of level) total += before * Math.exp(-scale * cosines[i]!);
    for (const i of level) before += Math.exp(scale * cosines[i]!);
    index = end;
  }
  return Math.log1p(total);
}

export interface PairRetrievalResults {
  /** Per query text: the ranks of the texts that it should retrieve. */
  readonly ranks: readonly (readonly FoundRank[])[];
  /** For rows with matching texts: −ln of the matching text's softmax share among it and all that don't match. */
  readonly losses: Float64Array;
  /** Rows that retrieve another text first: the most similar other text, and the difference. */
  readonly astray: readonly { readonly row: number; readonly found: string; readonly by: number }[];
}

/**
 * Each text retrieves its own `text_pair` among all of them, with duplicates counted once. A copy of the query is
 * excluded, unless it is the row's own pair.
 */
export function retrieveTextPairs(
  taught: TextPairTargets,
  vectors: { readonly first: (row: number) => Float64Array; readonly second: (row: number) => Float64Array },
  scale: number,
): PairRetrievalResults {
  const rows = Array.from({ length: taught.count }, (_, row) => row);
  const [texts, pairs] = [Array.from(taught.text, String), Array.from(taught.text_pair, String)];
  const pool = [...byText(rows, pairs)].map(([text, textRows]) => ({ text, vector: vectors.second(textRows[0]!) }));
  const place = new Map(pool.map(({ text }, index) => [text, index]));
  const asking = rows.filter((row) => taught.same?.[row] !== 0);
  const found: { row: number; found: string; by: number }[] = [];
  const ranks: (readonly FoundRank[])[] = [];
  const losses: number[] = [];
  for (const [text, textRows] of byText(asking, texts)) {
    const itself = (other: string): boolean => other === text && textRows.every((row) => pairs[row] !== text);
    const right = new Set(
      rows
        .filter((other) => !itself(pairs[other]!) && textRows.some((row) => taught.belongs(row, other, 0)))
        .map((other) => mustGet(place, pairs[other]!, "place of")),
    );
    const vector = vectors.first(textRows[0]!);
    const cosines = Float64Array.from(pool, (candidate) => dotProduct(vector, candidate.vector));
    const looked = pool.map((candidate) => !itself(candidate.text));
    ranks.push(Array.from(right, (index) => rankOf(cosines, index, looked)));
    let [others, best] = [0, -1];
    for (let index = 0; index < pool.length; index++) {
      if (!looked[index] || right.has(index)) continue;
      others += Math.exp(scale * cosines[index]!);
      if (best < 0 || cosines[index]! > cosines[best]!) best = index;
    }
    for (const row of textRows) {
      const mine = cosines[mustGet(place, pairs[row]!, "place of")]!;
      losses.push(Math.log1p(others * Math.exp(-scale * mine)));
      if (best >= 0 && cosines[best]! > mine) found.push({ row, found: pool[best]!.text, by: cosines[best]! - mine });
    }
  }
  return { ranks, losses: Float64Array.from(losses), astray: found.sort((a, b) => b.by - a.by) };
}

/** Returns the rows of each text. */
function byText(rows: readonly number[], texts: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const all = new Map<string, number[]>();
  for (const row of rows) {
    const textRows = all.get(texts[row]!);
    if (textRows) textRows.push(row);
    else all.set(texts[row]!, [row]);
  }
  return all;
}

function rankOf(cosines: Float64Array, target: number, looked: readonly boolean[]): FoundRank {
  let [above, level] = [0, 0];
  for (let index = 0; index < cosines.length; index++) {
    if (!looked[index]) continue;
    if (cosines[index]! > cosines[target]!) above++;
    else if (cosines[index] === cosines[target]) level++;
  }
  return { above, level };
}

export function meanOfValues(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
