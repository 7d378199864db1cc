/**
 * Cutoff scores of top-k and top-p without sorting: the k-th greatest score with a heap of k, the nucleus threshold
 * with a quickselect among the few candidates. Scratch memory is allocated once and reused, so these functions are not
 * reentrant.
 */
import { scratchBuffer } from "./scratch.js";

/** Returns the `count`-th greatest score; 1 ≤ count ≤ the number of scores. */
export function kthGreatest(scores: Float32Array, count: number): number {
  const heap = scratchBuffer("heap", count);
  for (let i = 0; i < count; i++) heap[i] = scores[i]!;
  for (let index = (count >> 1) - 1; index >= 0; index--) sink(heap, index, count);
  for (let i = count; i < scores.length; i++)
    if (scores[i]! > heap[0]!) {
      heap[0] = scores[i]!;
      sink(heap, 0, count);
    }
  return heap[0]!;
}

/** Restores the min-heap: the least value is at the root. */
function sink(heap: Float64Array, from: number, count: number): void {
  const value = heap[from]!;
  let index = from;
  for (let child = 2 * index + 1; child < count; child = 2 * index + 1) {
    if (child + 1 < count && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = value;
}

/** Returns the lowest score in the nucleus: the likeliest tokens whose probabilities together reach p. */
export function nucleusThreshold(scores: Float32Array, p: number): number {
  let top = -Infinity;
  let count = 0;
  for (const s of scores) {
    if (s > top) top = s;
    if (s > -Infinity) count++;
  }
  const weights = scratchBuffer("weights", scores.length);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += weights[i] = Math.exp(scores[i]! - top);
  const out = (1 - p) * sum;
  // Tokens that weigh less than the excluded mass divided by the token count are all excluded.
  const light = out / count;
  const candidates = scratchBuffer("candidates", scores.length);
  let lightest = 0;
  let keptCount = 0;
  for (let i = 0; i < scores.length; i++)
    if (weights[i]! < light) lightest += weights[i]!;
    else if (scores[i]! > -Infinity) {
      candidates[keptCount] = scores[i]!;
      // Reuses positions that were already read.
      weights[keptCount++] = weights[i]!;
    }
  return crossed(candidates, weights, keptCount, out - lightest);
}

/**
 * Returns the score at which weights, summed from the least score upwards, first exceed `most`; else the greatest
 * score. Reorders both arrays.
 */
function crossed(scores: Float64Array, weights: Float64Array, count: number, most: number): number {
  let [low, high, sum] = [0, count, 0];
  let last = -Infinity;
  while (low < high) {
    const pivot = middle(scores[low]!, scores[(low + high) >> 1]!, scores[high - 1]!);
    // [low, less) is below the pivot, [less, at) equals it, [more, high) is above.
    let [less, pivotIndex, more, below, equal] = [low, low, high, 0, 0];
    while (pivotIndex < more) {
      const score = scores[pivotIndex]!;
      if (score < pivot) {
        below += weights[pivotIndex]!;
        swap(scores, weights, pivotIndex++, less++);
      } else if (score > pivot) swap(scores, weights, pivotIndex, --more);
      else equal += weights[pivotIndex++]!;
    }
    last = pivot;
    if (sum + below > most) high = less;
    else if (sum + below + equal > most) return pivot;
    else {
      sum += below + equal;
      low = more;
    }
  }
  return last;
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
function swap(scores: Float64Array, weights: Float64Array, a: number, b: number): void {
  const [score, weight] = [scores[a]!, weights[a]!];
  scores[a] = scores[b]!;
  weights[a] = weights[b]!;
  scores[b] = score;
  weights[b] = weight;
}
