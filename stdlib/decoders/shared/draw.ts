/** Chooses a text's next token from the logits and the tokens so far; used by the decoders and the server. */
import { argmax } from "../../statistics/argmax.js";
import { seededRandom } from "../../statistics/chance.js";
import { scratchBuffer } from "./scratch.js";
import { SeenTokens } from "./seen-tokens.js";
import { applyPenalties, filterScores, type ScorePenalties, type ScoreWarping } from "./warp.js";

export interface SamplingOptions extends ScoreWarping {
  /** The draw of a text's n-th token depends on `seed`, `number` and n. */
  readonly seed: number;
  readonly number: number;
}
/** `temperature` 0: the likeliest token; ties go to the first. */
export type TokenChoiceOptions = SamplingOptions | (ScorePenalties & { readonly temperature: 0 });

/** Chooses the tokens of one text, in order. */
export class TokenSampler {
  private readonly seen: SeenTokens;
  private count = 0;

  constructor(
    prompt: Iterable<number>,
    private readonly options: TokenChoiceOptions,
  ) {
    this.seen = new SeenTokens(prompt);
  }
  /**
   * Returns the next token and changes the scores in place. `allow` excludes tokens (−∞); it runs after penalties and
   * bias, so that these cannot bring a token back.
   */
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

/** Returns the token at which the cumulative probability exceeds `quantile` (0 ≤ quantile < 1). */
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
