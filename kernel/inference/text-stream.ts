/**
 * Tokens into text as they come. A character may be spread over several tokens: nothing is given out that a later token
 * could still change. The pieces together are what decoding all tokens at once gives.
 */
import type { Tokenizer } from "../bases/tokenizer.js";

/** What decoding puts where bytes are no whole character. */
const BROKEN = "\ufffd";
export class IncrementalTextStream {
  private readonly tokens: number[];
  /** Tokens whose text was given out. */
  private given: number;
  /**
   * Where decoding starts: the piece before the new one, as decoders look at their neighbours (whether a blank comes first).
   * It is always the beginning of a character.
   */
  private from = 0;

  /** `before`: tokens of the prompt. */
  constructor(
    private readonly tokenizer: Pick<Tokenizer, "decode">,
    before: ArrayLike<number> = [],
  ) {
    this.tokens = Array.from(before);
    this.given = this.tokens.length;
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
    const { from, given } = this;
    const [before, now] = await Promise.all([this.decode(from, given), this.decode(from, this.tokens.length)]);
    if (!all && now.endsWith(BROKEN)) return "";
    // A prompt may end in half a character that the first tokens complete.
    const piece = now.slice(sharedLength(before, now));
    if (piece) this.from = given;
    this.given = this.tokens.length;
    return piece;
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
