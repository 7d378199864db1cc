/**
 * Which tokens of a text are hidden, and behind what: transformers' DataCollatorForLanguageModeling, but counted instead of
 * drawn. Seed, epoch, row and place alone decide, so a resumed run hides what it would have hidden, in any order of rows.
 */
import { mixBits } from "#dsl/tensor/numbers/random.js";

export interface MaskingOptions {
  readonly share: number;
  readonly mask: number;
  readonly vocabulary: number;
  /** Never hidden. */
  readonly special: ReadonlySet<number>;
}
export interface MaskedTokens {
  /** Places in the text, rising. */
  readonly places: readonly number[];
  /** What is fed there. */
  readonly fed: readonly number[];
}

/** At least one token is hidden where the text has one that may be. */
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

/** The argument `share` as a number; 15 % where none is given. */
export function maskedShare(share: unknown): number {
  return typeof share === "object" && share !== null && "share" in share ? Number(share.share) : 0.15;
}
