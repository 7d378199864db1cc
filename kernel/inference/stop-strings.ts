/**
 * Finds stop strings in a text, even across piece borders. Text that may be the start of a stop string is held back.
 */
export class StopStringFilter {
  private pending = "";
  private stopped = false;

  constructor(private readonly stops: readonly string[]) {}

  get found(): boolean {
    return this.stopped;
  }
  /** Returns the text that is final now; empty after a stop string. */
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
  /** Returns the remaining text at the end of the stream. */
  end(): string {
    const { pending } = this;
    this.pending = "";
    return pending;
  }
}

/** Returns how many characters at the end of `text` match the beginning of `stop`, but not all of it. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) if (text.endsWith(stop.slice(0, n))) return n;
  return 0;
}
