/** The part of Node's `Buffer` that csv-parse needs, for UTF-8 only. build.mjs replaces the library's global by it. */
const encoder = new TextEncoder();
/** As in Node, a byte order mark is an ordinary character. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class Bytes extends Uint8Array {
  /** Copies bytes from `start` on to `target`, as many as fit. */
  copy(target: Uint8Array, offset = 0, start = 0, end = this.length): void {
    target.set(this.subarray(start, Math.min(end, start + target.length - offset)), offset);
  }
  compare(other: Uint8Array, start = 0, end = other.length): number {
    const there = other.subarray(start, end);
    const i = this.findIndex((byte, index) => byte !== there[index]);
    if (i < 0) return Math.sign(this.length - there.length);
    return (this[i] ?? 0) > (there[i] ?? -1) ? 1 : -1;
  }
  equals(other: Uint8Array): boolean {
    return this.compare(other) === 0;
  }
  override toString(_encoding?: string, start = 0, end = this.length): string {
    return decoder.decode(this.subarray(start, end));
  }
}

export const Buffer = {
  from: (source: string | ArrayLike<number>): Bytes =>
    new Bytes(typeof source === "string" ? encoder.encode(source) : source),
  allocUnsafe: (size: number): Bytes => new Bytes(size),
  isBuffer: (value: unknown): value is Bytes => value instanceof Bytes,
  compare: (a: Bytes, b: Uint8Array): number => a.compare(b),
  concat(parts: readonly Uint8Array[]): Bytes {
    const whole = new Bytes(parts.reduce((size, part) => size + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  },
};
