/** Tokens that a text holds, each once, and how often each was written after its prompt: what penalties go by. */
export class SeenTokens {
  /** Each token of prompt and text once. */
  readonly tokens: number[] = [];
  /** For each of `tokens` how often it was written. */
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
