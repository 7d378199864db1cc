/** Random values, identical for the same seed. */
export class Drawing {
  private state: number;
  constructor(seed: number) {
    this.state = seed >>> 0;
  }
  /** Random number from 0 to 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }
  upTo(count: number): number {
    return Math.floor(this.next() * count);
  }
  between(from: number, to: number): number {
    return from + this.upTo(to - from + 1);
  }
  of<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)]!;
  }
  /** A random word of `length` letters of an alphabet. */
  word(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.upTo(alphabet.length)]!).join("");
  }
  digits(length: number): string {
    return this.word("0123456789", length);
  }
  /** Fills a pattern: `#` a digit, `@` a small letter, `^` a capital letter. */
  shaped(shape: string): string {
    return shape.replace(/[#@^]/g, (one) =>
      one === "#"
        ? this.digits(1)
        : this.word(one === "@" ? "abcdefghijklmnopqrstuvwxyz" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
    );
  }
}
