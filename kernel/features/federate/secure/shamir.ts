/**
 * Shamir's secret sharing (1979) of 32-byte secrets, over the integers modulo the prime 2²⁵⁶ + 297. Any `threshold`
 * shares give the secret, fewer reveal nothing. A share is the polynomial's value at an index from 1, as 33 bytes, most
 * significant first.
 */
export const SHAMIR_PRIME = (1n << 256n) + 297n;
export const SHARE_BYTES = 33;
const SECRET_BYTES = 32;

/**
 * @param random returns so many random bytes
 * @returns the shares at indices 1 … count
 */
export function splitSecret(
  secret: Uint8Array,
  threshold: number,
  count: number,
  random: (bytes: number) => Uint8Array,
): readonly Uint8Array[] {
  if (secret.length !== SECRET_BYTES || threshold < 1 || threshold > count) throw new RangeError("no such shares");
  const coefficients = [toNumber(secret), ...Array.from({ length: threshold - 1 }, () => below(random))];
  return Array.from({ length: count }, (_, i) => toBytes(valueAt(coefficients, BigInt(i + 1)), SHARE_BYTES));
}

/** The multiplier of each share whose weighted sum is the secret; it depends only on the indices. */
export function interpolationWeights(places: readonly number[]): readonly bigint[] {
  return places.map((place) => {
    let above = 1n;
    let beneath = 1n;
    for (const other of places)
      if (other !== place) {
        above = (above * BigInt(other)) % SHAMIR_PRIME;
        beneath = (beneath * modulo(BigInt(other - place))) % SHAMIR_PRIME;
      }
    return (above * inverse(beneath)) % SHAMIR_PRIME;
  });
}

/** Recovers the secret from shares and the weights of their indices; null if they are not shares of one secret. */
export function recoverSecret(shares: readonly Uint8Array[], weights: readonly bigint[]): Uint8Array | null {
  let sum = 0n;
  for (const [i, share] of shares.entries()) sum += toNumber(share) * (weights[i] ?? 0n);
  sum %= SHAMIR_PRIME;
  return sum >> 256n === 0n ? toBytes(sum, SECRET_BYTES) : null;
}

function valueAt(coefficients: readonly bigint[], x: bigint): bigint {
  return coefficients.reduceRight((value, coefficient) => (value * x + coefficient) % SHAMIR_PRIME, 0n);
}

/** Uniform from 0 to the prime: the remainder of 48 bytes, with a bias below 2⁻¹²⁷. */
function below(random: (bytes: number) => Uint8Array): bigint {
  return toNumber(random(48)) % SHAMIR_PRIME;
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, SHAMIR_PRIME, 1n, 0n];
  while (b > 0n) {
    const times = a / b;
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  if (a !== 1n) throw new RangeError("two shares of one place");
  return modulo(x);
}

function modulo(value: bigint): bigint {
  const rest = value % SHAMIR_PRIME;
  return rest < 0n ? rest + SHAMIR_PRIME : rest;
}

function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(value: bigint, bytes: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex"));
}
