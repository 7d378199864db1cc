/**
 * Splits texts into rows for next-token training. A text of n tokens (including the end token) has n − 1 steps; a row
 * has up to `capacity` consecutive steps of one text. A longer text becomes consecutive windows, and every step is in
 * exactly one of them, so that no token is lost or trained twice.
 */
import type { TokenRows, TokenizedTexts } from "./token-rows.js";

export class TokenWindows implements TokenRows {
  /** Steps of each row, equal to the tokens fed. `at` returns one more token, the last step's label. */
  readonly lengths: Int32Array;
  /** Index of each row's text. */
  readonly texts: Int32Array;
  private readonly starts: Int32Array;

  /** @param end the token appended to each text; null: texts are unchanged */
  constructor(
    private readonly tokens: TokenizedTexts,
    capacity: number,
    private readonly end: number | null,
  ) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`windows of ${capacity} tokens`);
    const extra = end === null ? 0 : 1;
    let rows = 0;
    for (const length of tokens.lengths) rows += Math.ceil(Math.max(0, length + extra - 1) / capacity);
    this.lengths = new Int32Array(rows);
    this.texts = new Int32Array(rows);
    this.starts = new Int32Array(rows);
    let row = 0;
    tokens.lengths.forEach((length, text) => {
      const steps = length + extra - 1;
      for (let start = 0; start < steps; start += capacity) {
        this.lengths[row] = Math.min(capacity, steps - start);
        this.texts[row] = text;
        this.starts[row++] = start;
      }
    });
  }

  get length(): number {
    return this.lengths.length;
  }

  at(row: number): Int32Array | undefined {
    const [text, start, steps] = [this.texts[row], this.starts[row], this.lengths[row]];
    if (text === undefined || start === undefined || steps === undefined) return undefined;
    const stop = start + steps + 1;
    const own = this.tokens.part(text, start, Math.min(stop, this.tokens.lengths[text]!));
    if (own.length === steps + 1 || this.end === null) return own;
    const whole = new Int32Array(steps + 1);
    whole.set(own);
    whole[steps] = this.end;
    return whole;
  }
}
