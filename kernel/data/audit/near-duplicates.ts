/**
 * Texts of two sets that are nearly the same: Jaccard likeness of their runs of five letters (shingles) at least 0.8, after
 * case, white space and punctuation are taken away. Exact, by prefix filtering (Chaudhuri et al. 2006; Bayardo et al. 2007):
 * if two sets are that alike, the rarest shingles of both must have one in common, so only those are looked up. No hashing by
 * chance, no pair missed. Packages for MinHash on npm were last kept years ago, and miss pairs.
 */
import { stride, turn } from "../rows.js";

/** Least likeness of two texts that count as nearly the same: that of the deduplicated corpora of the field. */
export const LIKENESS = 0.8;
const SIZE = 5;
/** Longer texts are compared by their beginnings. */
const MOST_LETTERS = 1000;
/** Shorter texts have too few shingles: they count only where they are the same. */
const FEWEST_LETTERS = 20;
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

/** For each of `texts` the likest of `among`, where there is one that is like enough. Both as `lettersOf` gives them. */
export async function nearTexts(
  texts: readonly string[],
  among: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Near[]> {
  const frequency = new Uint16Array(1 << 22);
  const sets = await shinglesOf(texts, frequency, signal);
  const others = await shinglesOf(among, frequency, signal);
  await ordered(sets, frequency, signal);
  await ordered(others, frequency, signal);
  // The smaller side is indexed by its rarest shingles, the other one looks them up.
  const index = new Map<number, number[]>();
  sets.forEach((set, i) => {
    const prefix = prefixOf(set.length);
    for (let k = 0; k < prefix; k++) {
      const known = index.get(set[k]!);
      if (known) known.push(i);
      else index.set(set[k]!, [i]);
    }
  });
  const same = new Map<string, number>();
  among.forEach((text, i) => {
    if (text !== "" && !same.has(text)) same.set(text, i);
  });
  const best = new Map<number, Near>();
  texts.forEach((text, i) => {
    const twin = same.get(text);
    if (twin !== undefined) best.set(i, { text: i, twin, likeness: 1 });
  });
  const tried = new Int32Array(texts.length).fill(-1);
  for (const [j, set] of others.entries()) {
    if (j % stride === 0) await turn(signal);
    const prefix = prefixOf(set.length);
    for (let k = 0; k < prefix; k++)
      for (const i of index.get(set[k]!) ?? []) {
        const known = best.get(i)?.likeness ?? 0;
        if (tried[i] === j || known >= ENOUGH) continue;
        tried[i] = j;
        const likeness = alike(sets[i]!, set, known);
        if (likeness >= LIKENESS) best.set(i, { text: i, twin: j, likeness });
      }
  }
  return [...best.values()].sort((a, b) => b.likeness - a.likeness || a.text - b.text);
}

/** Sets of hashed shingles, each once; `frequency` counts in how many texts one stands. */
async function shinglesOf(texts: readonly string[], frequency: Uint16Array, signal?: AbortSignal): Promise<Uint32Array[]> {
  const out: Uint32Array[] = [];
  const buffer = new Uint32Array(MOST_LETTERS);
  for (const [i, text] of texts.entries()) {
    if (i % stride === 0) await turn(signal);
    if (text.length < FEWEST_LETTERS) {
      out.push(new Uint32Array(0));
      continue;
    }
    let count = 0;
    for (let at = 0; at + SIZE <= text.length; at++) {
      let hash = 0x811c9dc5;
      for (let k = 0; k < SIZE; k++) hash = Math.imul(hash ^ text.charCodeAt(at + k), 0x01000193);
      buffer[count++] = (hash ^ (hash >>> 15)) >>> 0;
    }
    const all = buffer.slice(0, count).sort();
    let kept = 0;
    for (let k = 0; k < count; k++) if (k === 0 || all[k] !== all[k - 1]) all[kept++] = all[k]!;
    const set = all.slice(0, kept);
    for (const hash of set) {
      const place = hash & (frequency.length - 1);
      if (frequency[place]! < 0xffff) frequency[place]!++;
    }
    out.push(set);
  }
  return out;
}

/** The rarest shingles first, in one order for all sets. */
async function ordered(sets: readonly Uint32Array[], frequency: Uint16Array, signal?: AbortSignal): Promise<void> {
  const keys = new Float64Array(MOST_LETTERS);
  for (const [i, set] of sets.entries()) {
    if (i % stride === 0) await turn(signal);
    const own = keys.subarray(0, set.length);
    for (let k = 0; k < set.length; k++) own[k] = frequency[set[k]! & (frequency.length - 1)]! * 2 ** 32 + set[k]!;
    own.sort();
    for (let k = 0; k < set.length; k++) set[k] = own[k]! % 2 ** 32;
  }
}

/** How many of a set's rarest must be looked at, so that no set as like as `LIKENESS` is missed. */
function prefixOf(size: number): number {
  return size === 0 ? 0 : size - Math.ceil(LIKENESS * size) + 1;
}

/** Likeness of two sets; 0 as soon as it can't exceed `least` or `LIKENESS`. */
function alike(a: Uint32Array, b: Uint32Array, least: number): number {
  const bound = Math.max(least, LIKENESS);
  if (Math.min(a.length, b.length) < bound * Math.max(a.length, b.length)) return 0;
  // |a ∩ b| / |a ∪ b| ≥ bound, written for the intersection.
  const needed = Math.ceil((bound / (1 + bound)) * (a.length + b.length) - 1e-9);
  const has = new Set(a);
  let common = 0;
  for (let k = 0; k < b.length; k++) {
    if (has.has(b[k]!)) common++;
    else if (common + (b.length - k - 1) < needed) return 0;
  }
  const likeness = common / (a.length + b.length - common);
  return likeness > least ? likeness : 0;
}
