/**
 * Texts of two sets that are nearly the same: Jaccard likeness of their runs of five letters (shingles) at least 0.8, after
 * case, white space and punctuation are taken away. Exact, by prefix filtering (Chaudhuri et al. 2006, Wang et al. 2012): if
 * two sets are that alike, the rarest shingles of both have a few in common, so only those are looked up. No pair is missed,
 * as MinHash misses some (but where texts are so much alike that looking takes too long); and the packages for MinHash on npm
 * were last kept years ago.
 */
import { stride, turn } from "../rows.js";

/** Least likeness of two texts that count as nearly the same: that of the deduplicated corpora of the field. */
export const LIKENESS = 0.8;
const SIZE = 5;
/** Longer texts are compared by their beginnings. */
const MOST_LETTERS = 1000;
/** Shorter texts have too few shingles: they count only where they are the same. */
const FEWEST_LETTERS = 20;
/** So many of their rarest shingles two texts that are alike have in common: more make prefixes longer and candidates fewer. */
const SHARED = 8;
/** Shingles of a set for each that it must share: prefixes of small sets would hold what all texts have. */
const PER_SHARED = 16;
/** Looks into the index after which no more are made: texts that have all but all in common would take hours. */
const MOST_LOOKS = 4e8;
/** No likelier one is looked for: the pair shown need not be the very likest. */
const ENOUGH = 0.95;

export interface Near {
  /** Place in `texts`, and of the likest in `among`. */
  readonly text: number;
  readonly twin: number;
  readonly likeness: number;
}

/** Case, blanks, punctuation and accents' composition aside. */
export function lettersOf(text: string): string {
  return text
    .slice(0, 2 * MOST_LETTERS)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .slice(0, MOST_LETTERS);
}

export interface Looking {
  readonly signal?: AbortSignal | undefined;
  /** Sets that `texts` come from: each may cost as much. */
  readonly sets?: number;
  /** Told how many texts of those among which it is looked are looked through. */
  readonly onRows?: ((done: number, of: number) => void) | undefined;
}

/** For each of `texts` the likest of `among`, where there is one that is like enough. Both as `lettersOf` gives them. */
export async function nearTexts(
  texts: readonly string[],
  among: readonly string[],
  { signal, onRows, sets: many = 1 }: Looking = {},
): Promise<readonly Near[]> {
  const best = new Map<number, Near>();
  const same = new Map<string, number>();
  among.forEach((text, i) => {
    if (text !== "" && !same.has(text)) same.set(text, i);
  });
  texts.forEach((text, i) => {
    const twin = same.get(text);
    if (twin !== undefined) best.set(i, { text: i, twin, likeness: 1 });
  });
  const frequency = new Uint16Array(1 << 22);
  const sets = await shinglesOf(texts, frequency, signal);
  // Half of the work is to take them apart.
  const told = (done: number): void => onRows?.(Math.floor(done / 2), among.length);
  const others = await shinglesOf(among, frequency, signal, told);
  const index = new Map<number, number[]>();
  for (const [i, set] of sets.entries()) {
    if (i % stride === 0) await turn(signal);
    if (best.has(i)) continue;
    for (const hash of rarest(set, frequency)) {
      const known = index.get(hash);
      if (known) known.push(i);
      else index.set(hash, [i]);
    }
  }
  const shared = new Uint8Array(texts.length);
  let looks = 0;
  for (const [j, set] of others.entries()) {
    if (j % stride === 0) {
      await turn(signal);
      told(among.length + j);
    }
    if (looks > many * MOST_LOOKS) break;
    // Of a set that may be as small as is like enough.
    const wanted = sharedBy(Math.ceil(LIKENESS * set.length));
    const candidates: number[] = [];
    const touched: number[] = [];
    for (const hash of rarest(set, frequency)) {
      const found = index.get(hash) ?? [];
      looks += found.length;
      for (const i of found) {
        const count = ++shared[i]!;
        if (count === 1) touched.push(i);
        if (count === wanted) candidates.push(i);
      }
    }
    for (const i of touched) shared[i] = 0;
    for (const i of candidates) {
      const known = best.get(i)?.likeness ?? 0;
      if (known >= ENOUGH) continue;
      const likeness = alike(sets[i]!, set, known);
      if (likeness >= LIKENESS) best.set(i, { text: i, twin: j, likeness });
    }
  }
  return [...best.values()].sort((a, b) => b.likeness - a.likeness || a.text - b.text);
}

/** Sets of hashed shingles, sorted, each once; `frequency` counts in how many texts one stands. */
async function shinglesOf(
  texts: readonly string[],
  frequency: Uint16Array,
  signal?: AbortSignal,
  told?: (done: number) => void,
): Promise<Uint32Array[]> {
  const out: Uint32Array[] = [];
  const buffer = new Uint32Array(MOST_LETTERS);
  for (const [i, text] of texts.entries()) {
    if (i % stride === 0) {
      await turn(signal);
      told?.(i);
    }
    let count = 0;
    if (text.length >= FEWEST_LETTERS)
      for (let at = 0; at + SIZE <= text.length; at++) {
        let hash = 0x811c9dc5;
        for (let k = 0; k < SIZE; k++) hash = Math.imul(hash ^ text.charCodeAt(at + k), 0x01000193);
        buffer[count++] = (hash ^ (hash >>> 15)) >>> 0;
      }
    const all = buffer.subarray(0, count).sort();
    let kept = 0;
    for (let k = 0; k < count; k++) if (k === 0 || all[k] !== all[k - 1]) all[kept++] = all[k]!;
    const set = buffer.slice(0, kept);
    for (const hash of set) {
      const place = hash & (frequency.length - 1);
      if (frequency[place]! < 0xffff) frequency[place]!++;
    }
    out.push(set);
  }
  return out;
}

function sharedBy(size: number): number {
  return Math.max(1, Math.min(SHARED, Math.floor(size / PER_SHARED)));
}

const keys = new Float64Array(MOST_LETTERS);
/**
 * So many of a set's rarest shingles, in one order for all sets, that two sets as like as `LIKENESS` share at least the lesser
 * `sharedBy` of both.
 */
function rarest(set: Uint32Array, frequency: Uint16Array): Uint32Array {
  const own = keys.subarray(0, set.length);
  for (let k = 0; k < set.length; k++) own[k] = frequency[set[k]! & (frequency.length - 1)]! * 2 ** 32 + set[k]!;
  own.sort();
  const count =
    set.length === 0 ? 0 : Math.min(set.length, set.length - Math.ceil(LIKENESS * set.length) + sharedBy(set.length));
  return Uint32Array.from({ length: count }, (_, k) => own[k]! % 2 ** 32);
}

/** Likeness of two sorted sets; 0 where it exceeds neither `least` nor comes to `LIKENESS`. */
function alike(a: Uint32Array, b: Uint32Array, least: number): number {
  if (Math.min(a.length, b.length) < LIKENESS * Math.max(a.length, b.length)) return 0;
  let [i, j, common] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) common++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  const likeness = common / (a.length + b.length - common);
  return likeness >= LIKENESS && likeness > least ? likeness : 0;
}
