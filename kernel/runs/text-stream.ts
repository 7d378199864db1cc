/**
 * Tokens into text as they come. A character may be spread over several tokens: nothing is given out that a later token
 * could still change. The pieces together are what decoding all tokens at once gives.
 */
import type { Tokenizer } from "../bases/tokenizer.js";

/** What decoding puts where bytes are no whole character. */
const BROKEN = "\ufffd";
/** Tokens decoded before the new ones, for decoders that look at their neighbours. */
const CONTEXT = 4;

export class TextStream {
  private readonly tokens: number[] = [];
  /** Tokens whose text was given out. */
  private given = 0;

  /** `before`: tokens of the prompt, whose end decides whether a blank comes first. */
  constructor(
    private readonly tokenizer: Pick<Tokenizer, "decode">,
    before: ArrayLike<number> = [],
  ) {
    const context = Array.from(before).slice(-CONTEXT);
    this.tokens.push(...context);
    this.given = context.length;
  }

  /** The text that is certain now; may be empty. */
  async push(tokens: Iterable<number>): Promise<string> {
    this.tokens.push(...tokens);
    return this.next(false);
  }
  /** What was held back. */
  end(): Promise<string> {
    return this.next(true);
  }

  private async next(all: boolean): Promise<string> {
    if (this.given === this.tokens.length) return "";
    const from = Math.max(0, this.given - CONTEXT);
    const [before, now] = await Promise.all([this.decode(from, this.given), this.decode(from, this.tokens.length)]);
    if (!all && now.endsWith(BROKEN)) return "";
    this.given = this.tokens.length;
    // The context alone may end in a broken character that the new tokens complete.
    return now.slice(sharedLength(before, now));
  }
  private decode(from: number, to: number): Promise<string> {
    return from === to ? Promise.resolve("") : this.tokenizer.decode(Int32Array.from(this.tokens.slice(from, to)));
  }
}

function sharedLength(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
