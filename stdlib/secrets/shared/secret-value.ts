/** Reads the value of a named secret at the time of use; no message contains it. */
import type { Call } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { environmentVariable } from "#platform/secrets.js";

/** Coded error `secret-missing`. */
export function readSecret(env: string): string {
  const secret = environmentVariable(env);
  if (secret === undefined) throw new CodedError("secret-missing", { env });
  return secret;
}

/** @param secret a call of `secret`. Coded error `secret-missing` */
export function secretOfCall(secret: Call): string {
  return readSecret(String(secret.arguments["env"] as string));
}

/**
 * Reads a secret for an HTTP header, which must be a single word: an HTTP library that refuses a value would print it.
 * Coded errors `secret-missing`, `secret-malformed`.
 */
export function readHeaderSecret(env: string): string {
  const secret = readSecret(env);
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new CodedError("secret-malformed", { env });
  return secret;
}
