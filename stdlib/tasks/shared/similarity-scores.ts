/** What vectors of texts are worth: cosines, losses over a whole split (float64), and where each search finds what it should. */
import { must, mustGet } from "#dsl/language/diagnostics/must.js";
import type { Rank } from "../../metrics/kind.js";
import type { LossSettings } from "./similarity-losses.js";
import type { TaughtPairs } from "./similarity-rows.js";

/** Of length 1; one of zeros stays. */
export function unit(vector: Float32Array): Float64Array {
  const own = Float64Array.from(vector);
  const length = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0));
  return own.map((x) => x / Math.max(length, 1e-12));
}
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function lossOfCosines(
  cosines: Float64Array,
  { loss, scores, same }: Pick<TaughtPairs, "loss" | "scores" | "same">,
  { scale, margin }: LossSettings,
): number {
  const scored = () => must(scores, "what scores the pairs");
  const told = () => must(same, "what labels the pairs");
  if (loss === "cosine") return mean(cosines.map((cosine, i) => (cosine - scored().cosines[i]!) ** 2));
  if (loss === "cosent") return cosent(cosines, scored().written, scale);
  const apart = cosines.map((cosine) => 1 - cosine);
  const near = (d: number): number => Math.max(0, margin - d) ** 2;
  if (loss === "contrastive") return mean(apart.map((d, i) => 0.5 * (told()[i] ? d * d : near(d))));
  const [alike, other] = [apart.filter((_, i) => told()[i] === 1), apart.filter((_, i) => told()[i] === 0)];
  const farthest = alike.length > 0 ? alike.reduce((a, b) => Math.max(a, b)) : mean(other);
  const nearest = other.length > 0 ? other.reduce((a, b) => Math.min(a, b)) : mean(alike);
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return (
    sum(alike.filter((d) => d > nearest).map((d) => d * d)) + sum(other.filter((d) => d < farthest).map((d) => near(d)))
  );
}

/** ln(1 + Σ e^(scale · (cosᵢ − cosⱼ))) over pairs whose score i is below j's, by sums over what comes before in the order of scores. */
function cosent(cosines: Float64Array, scores: Float64Array, scale: number): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [total, before] = [0, 0];
  for (let at = 0; at < order.length;) {
    let end = at;
    while (end < order.length && scores[order[end]!] === scores[order[at]!]) end++;
    const level = order.subarray(at, end);
    for (const i of level) total += before * Math.exp(-scale * cosines[i]!);
    for (const i of level) before += Math.exp(scale * cosines[i]!);
    at = end;
  }
  return Math.log1p(total);
}

export interface Searches {
  /** Of each text that is looked for something with: the ranks of what it should find. */
  readonly ranks: readonly (readonly Rank[])[];
  /** Of rows whose texts belong together: −ln of the share of the own text among it and all that don't belong. */
  readonly losses: Float64Array;
  /** Rows that find another text before their own: the likeliest of the others, and by how much. */
  readonly astray: readonly { readonly row: number; readonly found: string; readonly by: number }[];
}

/**
 * Each text looks for its own `text_pair` among all of them, equal ones counted once. The text itself is left out, unless it
 * stands beside itself in a row: a copy is no find.
 */
export function searchesIn(
  taught: TaughtPairs,
  vectors: { readonly first: (row: number) => Float64Array; readonly second: (row: number) => Float64Array },
  scale: number,
): Searches {
  const rows = Array.from({ length: taught.count }, (_, row) => row);
  const [texts, pairs] = [Array.from(taught.text, String), Array.from(taught.text_pair, String)];
  const pool = [...byText(rows, pairs)].map(([text, own]) => ({ text, vector: vectors.second(own[0]!) }));
  const place = new Map(pool.map(({ text }, at) => [text, at]));
  const asking = rows.filter((row) => taught.same?.[row] !== 0);
  const found: { row: number; found: string; by: number }[] = [];
  const ranks: (readonly Rank[])[] = [];
  const losses: number[] = [];
  for (const [text, own] of byText(asking, texts)) {
    const itself = (other: string): boolean => other === text && own.every((row) => pairs[row] !== text);
    const right = new Set(
      rows
        .filter((other) => !itself(pairs[other]!) && own.some((row) => taught.belongs(row, other, 0)))
        .map((other) => mustGet(place, pairs[other]!, "place of")),
    );
    const vector = vectors.first(own[0]!);
    const cosines = Float64Array.from(pool, (candidate) => dot(vector, candidate.vector));
    const looked = pool.map((candidate) => !itself(candidate.text));
    ranks.push(Array.from(right, (at) => rankOf(cosines, at, looked)));
    let [others, best] = [0, -1];
    for (let at = 0; at < pool.length; at++) {
      if (!looked[at] || right.has(at)) continue;
      others += Math.exp(scale * cosines[at]!);
      if (best < 0 || cosines[at]! > cosines[best]!) best = at;
    }
    for (const row of own) {
      const mine = cosines[mustGet(place, pairs[row]!, "place of")]!;
      losses.push(Math.log1p(others * Math.exp(-scale * mine)));
      if (best >= 0 && cosines[best]! > mine) found.push({ row, found: pool[best]!.text, by: cosines[best]! - mine });
    }
  }
  return { ranks, losses: Float64Array.from(losses), astray: found.sort((a, b) => b.by - a.by) };
}

/** The rows of each text. */
function byText(rows: readonly number[], texts: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const all = new Map<string, number[]>();
  for (const row of rows) {
    const own = all.get(texts[row]!);
    if (own) own.push(row);
    else all.set(texts[row]!, [row]);
  }
  return all;
}

function rankOf(cosines: Float64Array, own: number, looked: readonly boolean[]): Rank {
  let [above, level] = [0, 0];
  for (let at = 0; at < cosines.length; at++) {
    if (!looked[at]) continue;
    if (cosines[at]! > cosines[own]!) above++;
    else if (cosines[at] === cosines[own]) level++;
  }
  return { above, level };
}

export function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
