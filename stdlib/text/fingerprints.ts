/**
 * A map from texts to integers that stores a 64-bit hash instead of the text: about twelve bytes per entry plus free
 * slots, for any length. Two of n different texts collide with a probability of about n² / 2⁶⁵ (for a million: one in
 * 37 million).
 */
export class TextHashMap {
  private high = new Int32Array(1024);
  private low = new Int32Array(1024);
  /** Number + 1; 0 marks a free slot. */
  private numbers = new Int32Array(1024);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /**
   * Returns the number of a known text. Otherwise stores `number` for it and returns undefined. Numbers from 0 to 2³¹ −
   * 2.
   */
  meet(text: string, number: number): number | undefined {
    if (2 * this.count >= this.numbers.length) this.grow();
    const [high, low] = fingerprint(text);
    const slot = this.place(high, low);
    if (this.numbers[slot] !== 0) return this.numbers[slot]! - 1;
    this.put(slot, high, low, number + 1);
    this.count++;
    return undefined;
  }

  /** Returns the number of a known text. */
  known(text: string): number | undefined {
    const slot = this.place(...fingerprint(text));
    return this.numbers[slot] === 0 ? undefined : this.numbers[slot]! - 1;
  }

  private place(high: number, low: number): number {
    const last = this.numbers.length - 1;
    let slot = low & last;
    while (this.numbers[slot] !== 0 && (this.high[slot] !== high || this.low[slot] !== low)) slot = (slot + 1) & last;
    return slot;
  }

  private put(slot: number, high: number, low: number, stored: number): void {
    this.high[slot] = high;
    this.low[slot] = low;
    this.numbers[slot] = stored;
  }

  private grow(): void {
    const [high, low, numbers] = [this.high, this.low, this.numbers];
    this.high = new Int32Array(2 * high.length);
    this.low = new Int32Array(2 * low.length);
    this.numbers = new Int32Array(2 * numbers.length);
    numbers.forEach((stored, i) => {
      if (stored !== 0) this.put(this.place(high[i]!, low[i]!), high[i]!, low[i]!, stored);
    });
  }
}

/** Two runs of MurmurHash3's 32-bit mixing over the UTF-16 units, with different seeds and constants. */
function fingerprint(text: string): readonly [number, number] {
  let a = 0x9747b28c | 0;
  let b = 0x3c6ef372 | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = turned(a ^ Math.imul(turnedBy(Math.imul(unit, 0xcc9e2d51), 15), 0x1b873593), 13);
    b = turned(b ^ Math.imul(turnedBy(Math.imul(unit ^ 0x5bd1, 0x239b961b), 16), 0xab0e9789), 19);
  }
  return [finished(a ^ text.length), finished(b ^ Math.imul(text.length, 0x38b34ae5))];
}
const turnedBy = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
const turned = (x: number, bits: number): number => (Math.imul(turnedBy(x, bits), 5) + 0x6546b64) | 0;
function finished(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
