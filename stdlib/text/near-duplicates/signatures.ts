/**
 * MinHash (Broder 1997) with bands (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", ch. 3): 125 minimum
 * hashes per text, in 25 bands of 5. Two texts of similarity 0.8 share a band with a probability of 0.99995, of 0.9
 * with near certainty; different ones rarely do. A text takes 228 bytes, whatever its length.
 */
import { MIN_SHINGLED_LETTERS, shingleHashes } from "./shingles.js";

export const BAND_COUNT = 25;
const ROWS = 5;
export const HASH_COUNT = BAND_COUNT * ROWS;
const GREATEST = 0x7fffffff;
/** The last bytes of a text's minimum hashes, four per 32-bit word; unused bytes of the last word are 0. */
const WORDS = Math.ceil(HASH_COUNT / 4);

const multipliers = new Int32Array(HASH_COUNT);
const addends = new Int32Array(HASH_COUNT);
{
  let state = 0x9e3779b9;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  for (let k = 0; k < HASH_COUNT; k++) {
    multipliers[k] = next() | 1;
    addends[k] = next();
  }
}

const least = new Int32Array(HASH_COUNT);

/**
 * Writes the minimum hash of a set under each function into `least`. The inner loop dominates the time for a million
 * texts: five functions are evaluated at once (each shingle is read once for them). All values stay signed 32-bit
 * integers, which V8 keeps in registers; `>>> 0` would turn every comparison into one of doubles.
 */
function leastOf(set: Int32Array): void {
  for (let k = 0; k < HASH_COUNT; k += ROWS) {
    const [m0, m1, m2, m3, m4] = [
      multipliers[k]! | 0,
      multipliers[k + 1]! | 0,
      multipliers[k + 2]! | 0,
      multipliers[k + 3]! | 0,
      multipliers[k + 4]! | 0,
    ];
    const [a0, a1, a2, a3, a4] = [
      addends[k]! | 0,
      addends[k + 1]! | 0,
      addends[k + 2]! | 0,
      addends[k + 3]! | 0,
      addends[k + 4]! | 0,
    ];
    let [l0, l1, l2, l3, l4] = [GREATEST, GREATEST, GREATEST, GREATEST, GREATEST];
    for (let i = 0; i < set.length; i++) {
      const shingle = set[i]!;
      let hash = (Math.imul(shingle, m0) + a0) | 0;
      hash ^= hash >>> 15;
      if (hash < l0) l0 = hash;
      hash = (Math.imul(shingle, m1) + a1) | 0;
      hash ^= hash >>> 15;
      if (hash < l1) l1 = hash;
      hash = (Math.imul(shingle, m2) + a2) | 0;
      hash ^= hash >>> 15;
      if (hash < l2) l2 = hash;
      hash = (Math.imul(shingle, m3) + a3) | 0;
      hash ^= hash >>> 15;
      if (hash < l3) l3 = hash;
      hash = (Math.imul(shingle, m4) + a4) | 0;
      hash ^= hash >>> 15;
      if (hash < l4) l4 = hash;
    }
    least[k] = l0;
    least[k + 1] = l1;
    least[k + 2] = l2;
    least[k + 3] = l3;
    least[k + 4] = l4;
  }
}

/** Signatures of texts by number, in the order of insertion. */
export class MinHashSignatures {
  /** Band b of text i is at i · BAND_COUNT + b. */
  private keys: Uint32Array;
  /** The last byte of each minimum hash. */
  private bytes: Int32Array;
  count = 0;

  /** `room`: expected number of texts; more are allowed. */
  constructor(room = 1024) {
    this.keys = new Uint32Array(BAND_COUNT * room);
    this.bytes = new Int32Array(WORDS * room);
  }

  /** Adds a text and returns its number. `letters`: from `lettersForComparison`. An empty text is similar to none. */
  push(letters: string): number {
    const textNumber = this.count++;
    if (BAND_COUNT * this.count > this.keys.length) this.grow();
    // A repeated shingle does not change any minimum hash.
    const set = letters.length < MIN_SHINGLED_LETTERS ? wholeOf(letters, textNumber) : shingleHashes(letters);
    leastOf(new Int32Array(set.buffer, set.byteOffset, set.length));
    for (let band = 0; band < BAND_COUNT; band++) {
      let key = 0x811c9dc5 ^ band;
      for (let k = 0; k < ROWS; k++) {
        key = Math.imul(key ^ least[band * ROWS + k]!, 0x01000193);
        key ^= key >>> 13;
      }
      this.keys[textNumber * BAND_COUNT + band] = key;
    }
    for (let word = 0; word < WORDS; word++) {
      let four = 0;
      for (let k = 0; k < 4; k++) four |= ((least[4 * word + k] ?? 0) & 0xff) << (8 * k);
      this.bytes[textNumber * WORDS + word] = four;
    }
    return textNumber;
  }

  key(text: number, band: number): number {
    return this.keys[text * BAND_COUNT + band]!;
  }

  /** Estimates the similarity to a text of other signatures, with a standard error of at most 0.045. */
  estimate(text: number, others: MinHashSignatures, other: number): number {
    const [mine, theirs] = [text * WORDS, other * WORDS];
    const [ours, those] = [this.bytes, others.bytes];
    // Each byte of the sum counts the equal bytes at its position: at most the number of words.
    let alike = 0;
    for (let k = 0; k < WORDS; k++) {
      const differ = ours[mine + k]! ^ those[theirs + k]!;
      // 1 in each byte that is 0 (Warren, "Hacker's Delight", ch. 6).
      alike += ~(((differ & 0x7f7f7f7f) + 0x7f7f7f7f) | differ | 0x7f7f7f7f) >>> 7;
    }
    const same = (alike & 0xff) + ((alike >>> 8) & 0xff) + ((alike >>> 16) & 0xff) + (alike >>> 24);
    return (same - (4 * WORDS - HASH_COUNT)) / HASH_COUNT;
  }

  private grow(): void {
    const [keys, bytes] = [this.keys, this.bytes];
    this.keys = new Uint32Array(2 * keys.length);
    this.keys.set(keys);
    this.bytes = new Int32Array(2 * bytes.length);
    this.bytes.set(bytes);
  }
}

/** Represents a short text as one shingle, which only an equal text shares. */
function wholeOf(letters: string, textNumber: number): Uint32Array {
  let hash = letters === "" ? textNumber : 0x811c9dc5;
  for (let k = 0; k < letters.length; k++) hash = Math.imul(hash ^ letters.charCodeAt(k), 0x01000193);
  return Uint32Array.of((hash ^ (hash >>> 15)) >>> 0);
}

/** Index of the texts that share a key in one band, as chains over the inserted texts. */
export class SignatureBandIndex {
  private readonly heads: Int32Array;
  private readonly next: Int32Array;

  /** `room`: maximum number of texts. */
  constructor(
    private readonly texts: MinHashSignatures,
    private readonly band: number,
    room = texts.count,
  ) {
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, room)) + 0.5)).fill(-1);
    this.next = new Int32Array(room);
  }

  put(text: number): void {
    const head = this.texts.key(text, this.band) & (this.heads.length - 1);
    this.next[text] = this.heads[head]!;
    this.heads[head] = text;
  }

  /** Returns the last inserted text with this key; −1 if there is none. */
  first(key: number): number {
    return this.alike(this.heads[key & (this.heads.length - 1)]!, key);
  }

  /** Returns the text with this key that was inserted before `text`; −1 if there is none. */
  after(text: number, key: number): number {
    return this.alike(this.next[text]!, key);
  }

  private alike(from: number, key: number): number {
    let text = from;
    while (text >= 0 && this.texts.key(text, this.band) !== key) text = this.next[text]!;
    return text;
  }
}
