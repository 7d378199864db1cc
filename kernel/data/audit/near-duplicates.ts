/**
 * Finds texts of one set that are near-duplicates of another's. MinHash proposes candidates; each is compared letter by
 * letter before it counts. Time and memory grow with the number of texts, not of pairs.
 */
import {
  MIN_SHINGLED_LETTERS,
  MIN_NEAR_DUPLICATE_LIKENESS,
  textLikeness,
} from "#stdlib/text/near-duplicates/shingles.js";
import { SignatureBandIndex, BAND_COUNT, MinHashSignatures } from "#stdlib/text/near-duplicates/signatures.js";
import { yieldToEventLoop } from "../rows/rows.js";

/** Similarity at which the search for a better match ends: the reported pair need not be the most similar one. */
const ENOUGH = 0.95;
/** Maximum candidates per band: if more texts share a band, they are mostly alike. */
const MOST_CHAINED = 64;
/** Maximum letter-by-letter comparisons per text. */
const MOST_COMPARED = 64;
/** Minimum estimated similarity: a real similarity of 0.8 is estimated below it once in thousands of times. */
const PROMISING = 0.65;

export interface NearDuplicate {
  /** Index in `texts`, and the index of the most similar text in `among`. */
  readonly text: number;
  readonly twin: number;
  readonly likeness: number;
}
/** Texts normalized by `lettersForComparison`. */
export interface TextsToCompare {
  readonly count: number;
  chunks(): Iterable<readonly string[]>;
  lettersAt(text: number): string;
}
export interface AuditOptions {
  readonly signal?: AbortSignal | undefined;
  /** Reports the progress: texts of `among` read so far, and their total. */
  readonly onRows?: ((done: number, total: number) => void) | undefined;
}

/**
 * Finds the most similar text of `among` for each of `texts`, if it is similar enough. Short texts are excluded: they
 * often differ only in characters that are not compared ("good :)", "good :("). Memory: some hundred bytes per text of
 * `texts`; `among` is streamed, however large.
 */
export async function findNearDuplicates(
  texts: TextsToCompare,
  among: Pick<TextsToCompare, "count" | "chunks">,
  { signal, onRows }: AuditOptions = {},
): Promise<readonly NearDuplicate[]> {
  const signatures = new MinHashSignatures(texts.count);
  for (const chunk of texts.chunks()) {
    await yieldToEventLoop(signal);
    for (const text of chunk) signatures.push(text);
  }
  const likest = new Likest(texts, signatures);
  let done = 0;
  for (const chunk of among.chunks()) {
    await yieldToEventLoop(signal);
    for (const letters of chunk) likest.look(letters, done++);
    onRows?.(done, among.count);
  }
  return likest.found();
}

/** The best match so far for each text. */
class Likest {
  private readonly bands: readonly SignatureBandIndex[];
  private readonly best = new Map<number, NearDuplicate>();
  /** Number of comparisons per text. */
  private readonly compared: Uint8Array;
  private readonly one = new MinHashSignatures(1);

  constructor(
    private readonly texts: TextsToCompare,
    private readonly signatures: MinHashSignatures,
  ) {
    this.compared = new Uint8Array(signatures.count);
    this.bands = Array.from({ length: BAND_COUNT }, (_, b) => new SignatureBandIndex(signatures, b));
    for (const band of this.bands) for (let i = signatures.count - 1; i >= 0; i--) band.put(i);
  }

  /** `letters`: the normalized text with index `twin`. */
  look(letters: string, twin: number): void {
    if (letters.length < MIN_SHINGLED_LETTERS) return;
    const { signatures: own, one } = this;
    one.count = 0;
    one.push(letters);
    const tried = new Set<number>();
    for (let b = 0; b < BAND_COUNT; b++) {
      const band = this.bands[b]!;
      const key = one.key(0, b);
      let looked = 0;
      for (let text = band.first(key); text >= 0; text = band.after(text, key)) {
        if (++looked > MOST_CHAINED) break;
        if (tried.has(text)) continue;
        tried.add(text);
        const best = this.best.get(text)?.likeness ?? 0;
        if (best >= ENOUGH || this.compared[text]! >= MOST_COMPARED || own.estimate(text, one, 0) < PROMISING) continue;
        this.compared[text]!++;
        const found = textLikeness(this.texts.lettersAt(text), letters);
        if (found >= MIN_NEAR_DUPLICATE_LIKENESS && found > best) this.best.set(text, { text, twin, likeness: found });
      }
    }
  }

  found(): readonly NearDuplicate[] {
    return [...this.best.values()].sort((a, b) => b.likeness - a.likeness || a.text - b.text);
  }
}
