/** Chooses the tokens of one text: likelihoods as the model says them, then bias and penalties, then its grammar, then the draw. */
import { Drawer, type Drawing } from "#stdlib/decoders/shared/draw.js";
import { greatest, normaliser } from "#stdlib/decoders/shared/warp.js";
import type { Chooser, Chosen } from "../contract.js";
import type { Matcher } from "../grammar/matcher.js";
import { plain } from "./settings.js";

export interface ChooserOptions {
  readonly prompt: Int32Array;
  readonly drawing: Drawing;
  /** Tokens that end the text. */
  readonly ends: ReadonlySet<number>;
  readonly padId: number;
  /** So many of the likeliest are told beside the one that is chosen; null: no likelihoods. */
  readonly logprobs: number | null;
  readonly matcher: Matcher | null;
}

/** The scores of one vocabulary that are worked on, shared by all: choosing one token is never interrupted. */
let work = new Float32Array(0);

export class TextChooser implements Chooser {
  readonly reads: "next" | "logits";
  /** The last token that was chosen stands for nothing: the text had to end, and no token of the model's ends it. */
  closed = false;
  private readonly drawer: Drawer | null;

  constructor(private readonly o: ChooserOptions) {
    this.reads = plain(o.drawing) && o.logprobs === null && !o.matcher ? "next" : "logits";
    this.drawer = this.reads === "logits" ? new Drawer(o.prompt, o.drawing) : null;
  }

  ready(): Promise<void> | null {
    return this.o.matcher?.ready() ?? null;
  }
  choose(next: number, logits: Float32Array | null): Chosen {
    const { drawer } = this;
    if (!drawer || !logits) return { token: next };
    return this.chosen(drawer, logits);
  }

  private chosen(drawer: Drawer, logits: Float32Array): Chosen {
    const { logprobs, matcher, ends, padId } = this.o;
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
      ...(logprobs !== null && !this.closed && { likelihoods: likelihoodsOf(logits, token, logprobs) }),
    };
  }
}

/** First of the token that was chosen, then of the likeliest. */
export function likelihoodsOf(
  logits: Float32Array,
  token: number,
  count: number,
): readonly { readonly id: number; readonly logprob: number }[] {
  const shift = normaliser(logits);
  const top = count > 0 ? greatest(logits, Math.min(count, logits.length)) : [];
  return [
    { id: token, logprob: logits[token]! - shift },
    ...top.map(({ token: id, score }) => ({ id, logprob: score - shift })),
  ];
}
