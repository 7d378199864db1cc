/**
 * Texts of one set that are nearly those of another: candidates by MinHash, each looked at letter by letter before it counts.
 * Time and memory grow with the texts, not with their pairs.
 */
import {
  MIN_SHINGLED_LETTERS,
  MIN_NEAR_DUPLICATE_LIKENESS,
  textLikeness,
} from "#stdlib/text/near-duplicates/shingles.js";
import { SignatureBand, BAND_COUNT, MinHashSignatures } from "#stdlib/text/near-duplicates/signatures.js";
import { yieldToEventLoop } from "../rows/rows.js";

/** No likelier one is looked for: the pair shown need not be the very likest. */
const ENOUGH = 0.95;
/** Candidates of a band that are looked at: where more texts share a band, they are mostly alike. */
const MOST_CHAINED = 64;
/** Pairs of a text that are compared letter by letter. */
const MOST_COMPARED = 64;
/** Below it a likeness of 0.8 is estimated once in thousands of times. */
const PROMISING = 0.65;

export interface NearDuplicate {
  /** Place in `texts`, and of the likest in `among`. */
  readonly text: number;
  readonly twin: number;
  readonly likeness: number;
}
/** Texts as `comparedLetters` gives them. */
export interface ShingledTexts {
  readonly count: number;
  chunks(): Iterable<readonly string[]>;
  lettersAt(text: number): string;
}
export interface AuditOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many texts of those among which it is looked are looked through. */
  readonly onRows?: ((done: number, total: number) => void) | undefined;
}

/**
 * For each of `texts` the likest of `among`, where there is one that is like enough. Short texts have none: many are the same by
 * chance but for what stands beside their letters, which may be all that they say ("good :)", "good :("). Of `texts` some hundred bytes each are
 * held; `among` goes by, however many they are.
 */
export async function findNearDuplicates(
  texts: ShingledTexts,
  among: Pick<ShingledTexts, "count" | "chunks">,
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

/** The likest that went by for each text. */
class Likest {
  private readonly bands: readonly SignatureBand[];
  private readonly best = new Map<number, NearDuplicate>();
  /** How many each was compared with. */
  private readonly compared: Uint8Array;
  private readonly one = new MinHashSignatures(1);

  constructor(
    private readonly texts: ShingledTexts,
    private readonly signatures: MinHashSignatures,
  ) {
    this.compared = new Uint8Array(signatures.count);
    this.bands = Array.from({ length: BAND_COUNT }, (_, b) => new SignatureBand(signatures, b));
    for (const band of this.bands) for (let i = signatures.count - 1; i >= 0; i--) band.put(i);
  }

  /** `letters`: of the text `twin`. */
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
