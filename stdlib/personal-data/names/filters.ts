/** How lists of words are kept small: as bits that a word's hashes set, and letters in threes that a weight belongs to. */

/** As words are looked up: lower case, without accents. */
export function accentlessForm(word: string): string {
  const lower = word.toLowerCase();
  return /^[a-z]*$/.test(lower)
    ? lower
    : lower
        .normalize("NFD")
        .replace(/[\p{M}'’]/gu, "")
        .replace(/[ßœæøłđðþıħŋ]/gu, (letter) => undivided[letter] ?? letter);
}
/** Letters that no accent makes. */
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

/** Of a word, from which its places in all filters follow. */
export interface WordHashes {
  readonly a: number;
  readonly b: number;
}
export function wordHashes(word: string): WordHashes {
  return { a: hash(word, 0x811c9dc5), b: hash(word, 0x9747b28c) | 1 };
}

/** Places of a word among `size` bits. */
export function filterBits(word: string, size: number): readonly number[] {
  const { a, b } = wordHashes(word);
  return Array.from({ length: hashes }, (_, i) => ((a + Math.imul(i, b)) >>> 0) % size);
}

/** Buckets of a word's letters in threes, its ends counted as letters, and of its last four. */
export function letterBuckets(word: string, size: number): readonly number[] {
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

/** A list of words; answers yes in one of some 800 cases where it is no. */
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

/** How much a word is spelt like a name: above nought rather a name, below rather not. */
export class LetterModel {
  private readonly weights: Int8Array;
  constructor(base64: string) {
    this.weights = new Int8Array(bytesOf(base64).buffer);
  }
  score(word: string): number {
    let sum = 0;
    for (const bucket of letterBuckets(word, this.weights.length)) sum += this.weights[bucket] ?? 0;
    return sum / 32;
  }
}

/** A loop: a megabyte letter by letter through `from` takes a tenth of a second of each process that reads data. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
