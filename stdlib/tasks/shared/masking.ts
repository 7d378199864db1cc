/**
 * Selects the tokens to mask and their replacements like transformers' DataCollatorForLanguageModeling, but with exact
 * counts instead of random ones. Only the seed, epoch, row and position matter, so a resumed run masks the same tokens,
 * in any row order.
 */
import { mixBits } from "#dsl/tensor/numbers/random.js";

export interface MaskingOptions {
  readonly share: number;
  readonly mask: number;
  readonly vocabulary: number;
  /** Tokens that are never masked. */
  readonly special: ReadonlySet<number>;
}
export interface MaskedTokens {
  /** Positions in the text, ascending. */
  readonly places: readonly number[];
  /** Replacement tokens at these positions. */
  readonly fed: readonly number[];
}

/** At least one token is masked if the text has one that may be. */
export function maskTokens(
  ids: Int32Array,
  row: number,
  options: { readonly seed: number; readonly epoch: number },
  m: MaskingOptions,
): MaskedTokens {
  const key = mixBits(mixBits(mixBits(mixBits(options.seed) + options.epoch) + 1) + row);
  const chance = (place: number, draw: number): number => (mixBits(mixBits(key + draw) + place) >>> 0) / 2 ** 32;
  const open = Array.from(ids, (_, place) => place).filter((place) => !m.special.has(ids[place]!));
  let places = open.filter((place) => chance(place, 1) < m.share);
  if (places.length === 0 && open.length > 0) places = [open.reduce((a, b) => (chance(b, 1) < chance(a, 1) ? b : a))];
  const fed = places.map((place) => {
    const way = chance(place, 2);
    if (way < 0.8) return m.mask;
    return way < 0.9 ? Math.floor(chance(place, 3) * m.vocabulary) : ids[place]!;
  });
  return { places, fed };
}

/** Returns the argument `share` as a number; 0.15 (15 %) by default. */
export function maskedShare(share: unknown): number {
  return typeof share === "object" && share !== null && "share" in share ? Number(share.share) : 0.15;
}
