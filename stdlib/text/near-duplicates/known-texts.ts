/** Texts that came before, to find one that is nearly like a new one. */
import { textLikeness } from "./shingles.js";
import { SignatureBand, BAND_COUNT, MinHashSignatures } from "./signatures.js";

/** Candidates of a band that are looked at. */
const MOST_CHAINED = 64;
/** Estimates are that far off now and then. */
const DOUBT = 0.15;

export class NearDuplicateFinder {
  private readonly signatures = new MinHashSignatures();
  private bands: SignatureBand[] = [];
  private room = 512;
  /** Null: likeness is estimated. */
  private readonly letters: string[] | null;

  /** `held`: whether texts are kept, so that likeness is exact; else 228 bytes of each are, and it is estimated (± 0.045). */
  constructor(
    private readonly least: number,
    { keepsTexts }: { readonly keepsTexts: boolean },
  ) {
    this.letters = keepsTexts ? [] : null;
  }

  /** The number of a text before that is like enough; else undefined, and this one is known from now on. `letters`: as of `comparedLetters`. */
  meet(letters: string): number | undefined {
    const text = this.signatures.push(letters);
    const known = this.find(letters, text);
    if (known !== undefined) {
      this.signatures.count--; // its place is free again
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
      this.bands = Array.from({ length: BAND_COUNT }, (_, b) => new SignatureBand(this.signatures, b, this.room));
      for (const band of this.bands) for (let other = 0; other < text; other++) band.put(other);
    }
    for (const band of this.bands) band.put(text);
  }
}
