/** The value behind a secret's name, read when it is used; no message has it. */
import type { Call } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { environment } from "#platform/secrets.js";

/** Coded error `secret-missing`. */
export function secretNamed(env: string): string {
  const held = environment(env);
  if (held === undefined) throw new CodedError("secret-missing", { env });
  return held;
}

/** @param secret a call of `secret`. Coded error `secret-missing` */
export function secretOf(secret: Call): string {
  return secretNamed(String(secret.arguments["env"] as string));
}

/** For a header, which holds nothing but one word, and whoever refuses it would show it. Coded errors `secret-missing`, `secret-malformed`. */
export function wordNamed(env: string): string {
  const held = secretNamed(env);
  if (!/^[\x21-\x7e]+$/.test(held)) throw new CodedError("secret-malformed", { env });
  return held;
}
