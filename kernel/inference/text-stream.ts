/**
 * Decodes tokens to text incrementally. A character may span several tokens: text is returned only once later tokens
 * cannot change it. The pieces joined equal the decoding of all tokens at once.
 */
import type { Tokenizer } from "../bases/tokenizer.js";

/** Replacement character for incomplete bytes. */
const BROKEN = "\ufffd";
export class IncrementalTextStream {
  private readonly tokens: number[];
  /** Number of tokens whose text was returned. */
  private given: number;
  /**
   * Decoding starts at the piece before the new one, because decoders depend on the preceding token (whether a blank
   * comes first). The position is always a character boundary.
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

  /** Returns the text that is final now; may be empty. */
  async push(tokens: Iterable<number>): Promise<string> {
    this.tokens.push(...tokens);
    return this.next(false);
  }
  /** Returns the remaining text. */
  end(): Promise<string> {
    return this.next(true);
  }

  private async next(all: boolean): Promise<string> {
    if (this.given === this.tokens.length) return "";
    const { from, given } = this;
    const [before, now] = await Promise.all([this.decode(from, given), this.decode(from, this.tokens.length)]);
    if (!all && now.endsWith(BROKEN)) return "";
    // A prompt may end within a character that the first tokens complete.
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
