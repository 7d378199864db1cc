/**
 * What tells whether secrets that calls name are still what they were, for what is kept of rows that were made with them. It
 * can't be turned back into a secret, and stands in no plan.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Call } from "#dsl/language/types/value.js";
import { environmentVariable } from "#platform/secrets.js";

const SAID = "rows that were made with this key";

/** Empty: no call names one. A secret that isn't there counts as one of its own: who uses it says that it is missing. */
export function secretFingerprints(calls: readonly Call[]): readonly string[] {
  const encoder = new TextEncoder();
  return named(calls).map((name) => {
    const secret = environmentVariable(name);
    if (secret === undefined) return "none";
    const bytes = hmac(sha256, encoder.encode(secret), encoder.encode(SAID));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}

/** The names of secrets, wherever they stand in a value. */
function named(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const { kind, word, arguments: given } = value as Partial<Call>;
  if (kind === "secret" && word === "secret") return [String(given?.["env"] as string)];
  return Object.values(value).flatMap(named);
}
