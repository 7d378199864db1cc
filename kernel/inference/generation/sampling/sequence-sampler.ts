/**
 * Chooses the tokens of one text. Order: log-probabilities of the model, bias and penalties, grammar mask, sampling.
 */
import { TokenSampler, type TokenChoiceOptions } from "#stdlib/decoders/shared/draw.js";
import { topScoredTokens, logNormalizer } from "#stdlib/decoders/shared/warp.js";
import type { TokenChooser, ChosenToken } from "../contract.js";
import type { GrammarMatcher } from "../grammar/matcher.js";
import { isGreedy } from "./settings.js";

export interface SequenceSamplerOptions {
  readonly prompt: Int32Array;
  readonly drawing: TokenChoiceOptions;
  /** End-of-text tokens. */
  readonly ends: ReadonlySet<number>;
  readonly padId: number;
  /** Number of likeliest tokens reported with the chosen one; null reports no likelihoods. */
  readonly logprobs: number | null;
  readonly matcher: GrammarMatcher | null;
}

/** Scratch buffer for the logits, shared by all samplers, because the choice of one token is never interrupted. */
let work = new Float32Array(0);

export class SequenceSampler implements TokenChooser {
  readonly reads: "next" | "logits";
  /** The last chosen token has no meaning: the text had to end, and the model has no end token. */
  closed = false;
  private readonly drawer: TokenSampler | null;

  constructor(private readonly options: SequenceSamplerOptions) {
    this.reads = isGreedy(options.drawing) && options.logprobs === null && !options.matcher ? "next" : "logits";
    this.drawer = this.reads === "logits" ? new TokenSampler(options.prompt, options.drawing) : null;
  }

  ready(): Promise<void> | null {
    return this.options.matcher?.ready() ?? null;
  }
  choose(next: number, logits: Float32Array | null): ChosenToken {
    const { drawer } = this;
    if (!drawer || !logits) return { token: next };
    return this.chosen(drawer, logits);
  }

  private chosen(drawer: TokenSampler, logits: Float32Array): ChosenToken {
    const { logprobs, matcher, ends, padId } = this.options;
    if (work.length !== logits.length) work = new Float32Array(logits.length);
    work.set(logits);
    let must: boolean | undefined;
    let token = drawer.next(work, (scores) => void (must = matcher?.allow(scores, ends) === "ends"));
    if (must && ends.size === 0) {
      this.closed = true;
      token = padId;
    } else if (matcher && !ends.has(token)) matcher.accept(token);
    return {
      token,
      ...(must === true && { ends: true }),
      ...(logprobs !== null && !this.closed && { likelihoods: topLogprobs(logits, token, logprobs) }),
    };
  }
}

/** Returns the chosen token first, then the likeliest ones. */
export function topLogprobs(
  logits: Float32Array,
  token: number,
  count: number,
): readonly { readonly id: number; readonly logprob: number }[] {
  const shift = logNormalizer(logits);
  const top = count > 0 ? topScoredTokens(logits, Math.min(count, logits.length)) : [];
  return [
    { id: token, logprob: logits[token]! - shift },
    ...top.map(({ token: id, score }) => ({ id, logprob: score - shift })),
  ];
}
