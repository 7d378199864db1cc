/**
 * Fingerprints of the secrets that calls name. They show whether cached rows were made with the same secrets. A
 * fingerprint can't be turned back into a secret, and no plan contains it.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Call } from "#dsl/language/types/value.js";
import { environmentVariable } from "#platform/secrets.js";

const SAID = "rows that were made with this key";

/**
 * Returns an empty list if no call names a secret. A missing secret has the fingerprint "none"; the code that uses the
 * secret reports the error.
 */
export function secretFingerprints(calls: readonly Call[]): readonly string[] {
  const encoder = new TextEncoder();
  return named(calls).map((name) => {
    const secret = environmentVariable(name);
    if (secret === undefined) return "none";
    const bytes = hmac(sha256, encoder.encode(secret), encoder.encode(SAID));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}

/** Returns the names of all secrets within a value. */
function named(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const { kind, word, arguments: given } = value as Partial<Call>;
  if (kind === "secret" && word === "secret") return [String(given?.["env"] as string)];
  return Object.values(value).flatMap(named);
}
