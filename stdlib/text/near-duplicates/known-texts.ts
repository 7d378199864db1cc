/** Finds earlier texts that are near duplicates of a new one. */
import { textLikeness } from "./shingles.js";
import { SignatureBandIndex, BAND_COUNT, MinHashSignatures } from "./signatures.js";

/** Maximum candidates checked per band. */
const MOST_CHAINED = 64;
/** Possible error of an estimated similarity. */
const DOUBT = 0.15;

export class NearDuplicateFinder {
  private readonly signatures = new MinHashSignatures();
  private bands: SignatureBandIndex[] = [];
  private room = 512;
  /** Null if similarity is estimated. */
  private readonly letters: string[] | null;

  /**
   * `keepsTexts`: whether texts are stored, so that similarity is exact; else 228 bytes of each are stored, and it is
   * estimated (± 0.045).
   */
  constructor(
    private readonly least: number,
    { keepsTexts }: { readonly keepsTexts: boolean },
  ) {
    this.letters = keepsTexts ? [] : null;
  }

  /**
   * Returns the number of a similar earlier text. Otherwise stores this text and returns undefined. `letters`: from
   * `lettersForComparison`.
   */
  meet(letters: string): number | undefined {
    const text = this.signatures.push(letters);
    const known = this.find(letters, text);
    if (known !== undefined) {
      this.signatures.count--; // Frees its slot.
      return known;
    }
    this.letters?.push(letters);
    this.put(text);
    return undefined;
  }

  private find(letters: string, text: number): number | undefined {
    const tried = new Set<number>();
    for (const [b, band] of this.bands.entries()) {
      let looked = 0;
      const key = this.signatures.key(text, b);
      for (let other = band.first(key); other >= 0; other = band.after(other, key)) {
        if (++looked > MOST_CHAINED) break;
        if (tried.has(other)) continue;
        tried.add(other);
        const estimate = this.signatures.estimate(text, this.signatures, other);
        if (!this.letters) {
          if (estimate >= this.least) return other;
        } else if (estimate >= this.least - DOUBT && textLikeness(letters, this.letters[other] ?? "") >= this.least)
          return other;
      }
    }
    return undefined;
  }

  private put(text: number): void {
    if (text >= this.room || this.bands.length === 0) {
      this.room *= 2;
      this.bands = Array.from({ length: BAND_COUNT }, (_, b) => new SignatureBandIndex(this.signatures, b, this.room));
      for (const band of this.bands) for (let other = 0; other < text; other++) band.put(other);
    }
    for (const band of this.bands) band.put(text);
  }
}
