/** Distinct tokens of a text, with how often each was generated after the prompt; the penalties use them. */
export class SeenTokens {
  /** Each distinct token of prompt and text. */
  readonly tokens: number[] = [];
  /** How often each of `tokens` was generated. */
  readonly written: number[] = [];
  private readonly places = new Map<number, number>();

  constructor(prompt: Iterable<number>) {
    for (const token of prompt) this.placeOf(token);
  }
  write(token: number): void {
    const place = this.placeOf(token);
    this.written[place] = this.written[place]! + 1;
  }
  private placeOf(token: number): number {
    const known = this.places.get(token);
    if (known !== undefined) return known;
    this.places.set(token, this.tokens.length);
    this.written.push(0);
    return this.tokens.push(token) - 1;
  }
}
