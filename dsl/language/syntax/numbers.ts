/** Numbers as written: digits with `_`, an exponent, and a unit without a space. */
export interface DecodedNumber {
  readonly value: number;
  /** `%`, the letters of a unit, or empty. */
  readonly unit: string;
}
export function decodeNumber(image: string): DecodedNumber {
  const match = /^(-?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)(.*)$/.exec(image);
  if (!match) return { value: Number.NaN, unit: "" };
  return { value: Number((match[1] ?? "").replaceAll("_", "")), unit: match[2] ?? "" };
}

/** Units of durations, in milliseconds. */
export const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Units of sizes, in bytes. */
export const sizeUnits: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
