/** One text's next token, by what the model says and what the text already holds: the decoders' and the server's. */
import { argmax } from "../../statistics/argmax.js";
import { seededRandom } from "../../statistics/chance.js";
import { scratchBuffer } from "./scratch.js";
import { SeenTokens } from "./seen-tokens.js";
import { applyPenalties, filterScores, type ScorePenalties, type ScoreWarping } from "./warp.js";

export interface SamplingOptions extends ScoreWarping {
  /** With `number`, what the draw of a text's n-th token follows from, beside n. */
  readonly seed: number;
  readonly number: number;
}
/** `temperature` 0: the likeliest token, of equals the first. */
export type TokenChoice = SamplingOptions | (ScorePenalties & { readonly temperature: 0 });

/** The tokens of one text, in order. */
export class TokenSampler {
  private readonly seen: SeenTokens;
  private count = 0;

  constructor(
    prompt: Iterable<number>,
    private readonly options: TokenChoice,
  ) {
    this.seen = new SeenTokens(prompt);
  }
  /** Changes the scores. `allow` takes tokens out (−∞) after penalties and bias, which bring none back. */
  next(scores: Float32Array, allow?: (scores: Float32Array) => void): number {
    const { options: settings, seen } = this;
    applyPenalties(scores, seen, settings);
    allow?.(scores);
    const token = "seed" in settings ? this.drawn(scores, settings) : argmax(scores);
    seen.write(token);
    this.count++;
    return token;
  }
  private drawn(scores: Float32Array, settings: SamplingOptions): number {
    filterScores(scores, settings);
    return tokenAtQuantile(scores, (seededRandom(settings.seed, settings.number, this.count).next() >>> 0) / 2 ** 32);
  }
}

/** The token at which the probabilities, summed in order, pass `at` of the whole (0 ≤ at < 1). */
export function tokenAtQuantile(scores: Float32Array, quantile: number): number {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  const weights = scratchBuffer("weights", scores.length);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    weights[i] = scores[i] === -Infinity ? 0 : Math.exp(scores[i]! - top);
    sum += weights[i]!;
  }
  let left = quantile * sum;
  let last = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === -Infinity) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return last;
}
