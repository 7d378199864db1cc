/** The value behind a secret's name, read when it is used; no message has it. */
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

/** For a header, which holds nothing but one word, and whoever refuses it would show it. Coded errors `secret-missing`, `secret-malformed`. */
export function readHeaderSecret(env: string): string {
  const secret = readSecret(env);
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new CodedError("secret-malformed", { env });
  return secret;
}
