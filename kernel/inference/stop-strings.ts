/** Finds strings that end a text, also across the borders of its pieces. What may be the beginning of one is held back. */
export class StopStringFilter {
  private pending = "";
  private stopped = false;

  constructor(private readonly stops: readonly string[]) {}

  get found(): boolean {
    return this.stopped;
  }
  /** The text that can be given out now. After a stop string nothing is. */
  push(piece: string): string {
    if (this.stopped) return "";
    const text = this.pending + piece;
    const places = this.stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
    if (places.length > 0) {
      this.stopped = true;
      this.pending = "";
      return text.slice(0, Math.min(...places));
    }
    const keep = Math.max(0, ...this.stops.map((stop) => overlap(text, stop)));
    this.pending = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }
  /** What was held back, when no more comes. */
  end(): string {
    const { pending } = this;
    this.pending = "";
    return pending;
  }
}

/** How many characters at the end of `text` are the beginning of `stop`, but not all of it. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) if (text.endsWith(stop.slice(0, n))) return n;
  return 0;
}
