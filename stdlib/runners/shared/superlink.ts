/** Validates SuperLink addresses: only http or https URLs without further parts. */
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLoopback } from "../../network/loopback.js";

/** Default timeouts in milliseconds: waiting for clients, and a client's part in a round. */
export const CLIENT_WAIT_TIMEOUT_MS = 300_000;
export const CLIENT_ROUND_TIMEOUT_MS = 3_600_000;

export type SuperlinkAddressFault = { readonly code: "flower-url" | "flower-plain"; readonly url: string };

/** Returns what is wrong with the address; null if it is valid. `plain`: HTTP to other machines is allowed. */
export function superlinkAddressFault(text: string, plain: boolean): SuperlinkAddressFault | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const bare = url && !url.username && !url.password && url.pathname === "/" && !url.search && !url.hash;
  if (!url || !bare || !["http:", "https:"].includes(url.protocol))
    return { code: "flower-url", url: redactedUrl(text) };
  if (url.protocol === "http:" && !plain && !isLoopback(url.hostname)) return { code: "flower-plain", url: url.origin };
  return null;
}

/** Returns the address without a trailing slash. Coded errors `flower-url`, `flower-plain`. */
export function superlinkAddress(text: string, plain = false): string {
  const wrong = superlinkAddressFault(text, plain);
  if (wrong) throw new CodedError(wrong.code, { url: wrong.url });
  return new URL(text).origin;
}
