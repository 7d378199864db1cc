/** Finds strings that end a text, also across the borders of its pieces. What may be the beginning of one is held back. */
export class StopStrings {
  private held = "";
  private stopped = false;

  constructor(private readonly stops: readonly string[]) {}

  get found(): boolean {
    return this.stopped;
  }
  /** The text that can be given out now. After a stop string nothing is. */
  push(piece: string): string {
    if (this.stopped) return "";
    const text = this.held + piece;
    const places = this.stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (places.length > 0) {
      this.stopped = true;
      this.held = "";
      return text.slice(0, Math.min(...places));
    }
    const keep = Math.max(0, ...this.stops.map((stop) => overlap(text, stop)));
    this.held = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }
  /** What was held back, when no more comes. */
  end(): string {
    const { held } = this;
    this.held = "";
    return held;
  }
}

/** How many characters at the end of `text` are the beginning of `stop`, but not all of it. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) if (text.endsWith(stop.slice(0, n))) return n;
  return 0;
}
