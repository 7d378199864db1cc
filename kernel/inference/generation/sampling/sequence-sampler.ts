/** Chooses the tokens of one text: likelihoods as the model says them, then bias and penalties, then its grammar, then the draw. */
import { TokenSampler, type TokenChoice } from "#stdlib/decoders/shared/draw.js";
import { topScores, logNormalizer } from "#stdlib/decoders/shared/warp.js";
import type { TokenChooser, ChosenToken } from "../contract.js";
import type { GrammarMatcher } from "../grammar/matcher.js";
import { isGreedy } from "./settings.js";

export interface SequenceSamplerOptions {
  readonly prompt: Int32Array;
  readonly drawing: TokenChoice;
  /** Tokens that end the text. */
  readonly ends: ReadonlySet<number>;
  readonly padId: number;
  /** So many of the likeliest are told beside the one that is chosen; null: no likelihoods. */
  readonly logprobs: number | null;
  readonly matcher: GrammarMatcher | null;
}

/** The scores of one vocabulary that are worked on, shared by all: choosing one token is never interrupted. */
let work = new Float32Array(0);

export class SequenceSampler implements TokenChooser {
  readonly reads: "next" | "logits";
  /** The last token that was chosen stands for nothing: the text had to end, and no token of the model's ends it. */
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

/** First of the token that was chosen, then of the likeliest. */
export function topLogprobs(
  logits: Float32Array,
  token: number,
  count: number,
): readonly { readonly id: number; readonly logprob: number }[] {
  const shift = logNormalizer(logits);
  const top = count > 0 ? topScores(logits, Math.min(count, logits.length)) : [];
  return [
    { id: token, logprob: logits[token]! - shift },
    ...top.map(({ token: id, score }) => ({ id, logprob: score - shift })),
  ];
}
