/**
 * Changes the scores before a token is drawn, in the order of transformers' generate: bias, repetition penalty,
 * OpenAI's penalties for generated tokens, temperature, top-k, top-p, min-p. An excluded token has the score −∞.
 */
import { kthGreatest, nucleusThreshold } from "./cutoffs.js";
import type { SeenTokens } from "./seen-tokens.js";

export interface ScorePenalties {
  /** Repetition penalty over prompt and text; 1 has no effect. */
  readonly repetitionPenalty: number;
  /** Subtracted once for each time that a token was generated. Defaults to 0. */
  readonly frequencyPenalty?: number;
  /** Subtracted once if a token was generated at all. Defaults to 0. */
  readonly presencePenalty?: number;
  /** Logit bias: tokens with the values to add to their scores. */
  readonly bias?: readonly (readonly [token: number, added: number])[];
}
export interface ScoreWarping extends ScorePenalties {
  /** Must be above 0. */
  readonly temperature: number;
  /** 0 keeps all tokens. */
  readonly topK: number;
  /** 1 keeps all tokens. */
  readonly topP: number;
  /** Excludes tokens with a probability below this share of the likeliest token's. Defaults to none. */
  readonly minP?: number;
}

/** Applies the repetition penalty in place. `seen`: tokens of prompt and text. */
export function applyRepetitionPenalty(scores: Float32Array, seen: Iterable<number>, penalty: number): void {
  if (penalty === 1) return;
  for (const token of new Set(seen)) penaliseOne(scores, token, penalty);
}
function penaliseOne(scores: Float32Array, token: number, penalty: number): void {
  const score = scores[token]!;
  scores[token] = score < 0 ? score * penalty : score / penalty;
}

/** Applies bias and penalties in place. */
export function applyPenalties(scores: Float32Array, { tokens, written }: SeenTokens, options: ScorePenalties): void {
  const { bias, repetitionPenalty, frequencyPenalty = 0, presencePenalty = 0 } = options;
  if (bias) for (const [token, added] of bias) if (token < scores.length) scores[token] = scores[token]! + added;
  if (repetitionPenalty !== 1) for (const token of tokens) penaliseOne(scores, token, repetitionPenalty);
  if (frequencyPenalty === 0 && presencePenalty === 0) return;
  for (let i = 0; i < tokens.length; i++) {
    const times = written[i]!;
    if (times > 0) scores[tokens[i]!] = scores[tokens[i]!]! - (times * frequencyPenalty + presencePenalty);
  }
}

/** Applies all changes in place; at least one token remains. */
export function warpScores(scores: Float32Array, seen: SeenTokens, options: ScoreWarping): void {
  applyPenalties(scores, seen, options);
  filterScores(scores, options);
}

/** Applies temperature, top-k, top-p and min-p in place. */
export function filterScores(scores: Float32Array, options: Omit<ScoreWarping, keyof ScorePenalties>): void {
  const { temperature, topK, topP, minP = 0 } = options;
  if (temperature !== 1) for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / temperature;
  if (topK > 0 && topK < scores.length) cut(scores, kthGreatest(scores, topK));
  if (topP < 1) cut(scores, nucleusThreshold(scores, topP));
  if (minP > 0) cut(scores, greatestOf(scores) + Math.log(minP));
}

function cut(scores: Float32Array, least: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = -Infinity;
}
function greatestOf(scores: Float32Array): number {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  return top;
}

export interface ScoredToken {
  readonly token: number;
  readonly score: number;
}
/**
 * Returns the `count` greatest scores, greatest first; ties go to the earlier one. Uses a heap in one pass over the
 * scores.
 */
export function topScoredTokens(scores: Float32Array | Float64Array, count: number): ScoredToken[] {
  const heap: ScoredToken[] = [];
  const worse = (a: ScoredToken, b: ScoredToken): boolean =>
    a.score < b.score || (a.score === b.score && a.token > b.token);
  const sift = (index: number): void => {
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if (left < heap.length && worse(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && worse(heap[right]!, heap[least]!)) least = right;
      if (least === index) return;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  };
  const rise = (index: number): void => {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!worse(heap[index]!, heap[parent]!)) return;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
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

/** Computes the log-softmax in place. */
export function logSoftmax(scores: Float32Array): void {
  const shift = logNormalizer(scores);
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! - shift;
}
/** Returns the value to subtract from a score to get its log-probability. */
export function logNormalizer(scores: Float32Array): number {
  const top = greatestOf(scores);
  let sum = 0;
  for (const s of scores) sum += Math.exp(s - top);
  return top + Math.log(sum);
}
