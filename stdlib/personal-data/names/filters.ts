/** Compact word lists: Bloom filters of word hashes, and weights of letter trigrams. */

/** Returns the lookup form of a word: lower case, without accents. */
export function accentlessForm(word: string): string {
  const lower = word.toLowerCase();
  return /^[a-z]*$/.test(lower)
    ? lower
    : lower
        .normalize("NFD")
        .replace(/[\p{M}'’]/gu, "")
        .replace(/[ßœæøłđðþıħŋ]/gu, (letter) => undivided[letter] ?? letter);
}
/** Letters that Unicode does not decompose into a base letter and an accent. */
const undivided: Readonly<Record<string, string>> = {
  ß: "ss",
  œ: "oe",
  æ: "ae",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ħ: "h",
  ŋ: "n",
};

const hashes = 9;

/** Hashes of a word that determine its bits in all filters. */
export interface WordHashes {
  readonly a: number;
  readonly b: number;
}
export function wordHashes(word: string): WordHashes {
  return { a: hash(word, 0x811c9dc5), b: hash(word, 0x9747b28c) | 1 };
}

/** Returns the bit positions of a word in a filter of `size` bits. */
export function filterBits(word: string, size: number): readonly number[] {
  const { a, b } = wordHashes(word);
  return Array.from({ length: hashes }, (_, i) => ((a + Math.imul(i, b)) >>> 0) % size);
}

/** Returns the buckets of a word's trigrams, with markers for its start and end, and of its last four letters. */
export function letterPatternBuckets(word: string, size: number): readonly number[] {
  const whole = `^${word.slice(0, 24)}$`;
  const found: number[] = [];
  for (let i = 0; i + 3 <= whole.length; i++) found.push(hash(whole.slice(i, i + 3), 7) % size);
  found.push(hash(`>${whole.slice(-5)}`, 7) % size);
  return found;
}

function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Bloom filter of a word list, with about one false positive in 800 lookups. */
export class WordFilter {
  private readonly bytes: Uint8Array;
  constructor(base64: string) {
    this.bytes = bytesOf(base64);
  }
  has({ a, b }: WordHashes): boolean {
    const size = this.bytes.length * 8;
    for (let i = 0; i < hashes; i++) {
      const bit = ((a + Math.imul(i, b)) >>> 0) % size;
      if (((this.bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

/** Scores the spelling of a word: positive if it resembles a name, negative if not. */
export class NameSpellingModel {
  private readonly weights: Int8Array;
  constructor(base64: string) {
    this.weights = new Int8Array(bytesOf(base64).buffer);
  }
  score(word: string): number {
    let sum = 0;
    for (const bucket of letterPatternBuckets(word, this.weights.length)) sum += this.weights[bucket] ?? 0;
    return sum / 32;
  }
}

/** Uses a loop: converting a megabyte with `from` would take a tenth of a second in each process that reads data. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
