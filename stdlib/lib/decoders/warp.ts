/**
 * How scores are bent before a token is drawn, as transformers' generate does it and in its order: repetition penalty,
 * temperature, the k likeliest, the likeliest that make up p. A token that is out has the score −∞.
 */
import { lastOf } from "#dsl/diagnostics/must.js";
export interface Warp {
  readonly repetitionPenalty: number;
  readonly temperature: number;
  /** 0: all. */
  readonly topK: number;
  /** 1: all. */
  readonly topP: number;
}

/** Changes the scores in place. `seen`: tokens that the text holds. */
export function penalise(scores: Float32Array, seen: Iterable<number>, penalty: number): void {
  if (penalty === 1) return;
  for (const token of new Set(seen)) {
    const score = scores[token]!;
    scores[token] = score < 0 ? score * penalty : score / penalty;
  }
}

/** Changes the scores in place; at least one token stays. */
export function warp(scores: Float32Array, seen: Iterable<number>, o: Warp): void {
  penalise(scores, seen, o.repetitionPenalty);
  if (o.temperature !== 1) for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / o.temperature;
  if (o.topK > 0 && o.topK < scores.length) cut(scores, lastOf(greatest(scores, o.topK)).score);
  if (o.topP < 1) cut(scores, leastOf(scores, o.topP));
}

function cut(scores: Float32Array, least: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = -Infinity;
}

/** The score of the least likely token among the likeliest that together reach p. */
function leastOf(scores: Float32Array, p: number): number {
  const kept = scores.filter((s) => s > -Infinity).sort();
  const top = lastOf(kept);
  const weights = Float64Array.from(kept, (s) => Math.exp(s - top));
  const out = (1 - p) * weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let i = 0; i < kept.length - 1; i++) {
    sum += weights[i]!;
    if (sum > out) return kept[i]!;
  }
  return top;
}

export interface Scored {
  readonly token: number;
  readonly score: number;
}
/** The `count` greatest, greatest first; of equals the earlier. A heap of the best so far: one look at each score. */
export function greatest(scores: Float32Array | Float64Array, count: number): Scored[] {
  const heap: Scored[] = [];
  const worse = (a: Scored, b: Scored): boolean => a.score < b.score || (a.score === b.score && a.token > b.token);
  const sift = (at: number): void => {
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && worse(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && worse(heap[right]!, heap[least]!)) least = right;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  const rise = (at: number): void => {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!worse(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  };
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token]!;
    if (heap.length < count) {
      heap.push({ token, score });
      rise(heap.length - 1);
    } else if (score > heap[0]!.score) {
      heap[0] = { token, score };
      sift(0);
    }
  }
  return heap.sort((a, b) => b.score - a.score || a.token - b.token);
}

/** ln of the softmax, in place. */
export function logSoftmax(scores: Float32Array): void {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  let sum = 0;
  for (const s of scores) sum += Math.exp(s - top);
  const shift = top + Math.log(sum);
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! - shift;
}
