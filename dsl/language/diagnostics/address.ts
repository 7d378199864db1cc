/**
 * Decides which parts of a URL (`https://user:password@host/rows.csv?sig=…#part`) may be shown. The user name, the
 * password, the query and the fragment often hold secrets. URLs are parsed by `URL`, which every host of the compiler
 * has.
 */
interface Parsed {
  readonly href: string;
  username: string;
  password: string;
  search: string;
  hash: string;
}
declare const URL: { new (text: string): Parsed; canParse(text: string): boolean };

/** Replaces the query of a URL in stored plans; the file's checksum may follow. */
const MARK = "?…";
const LEFT_OUT = /\?…([\da-f]{64})?$/;

/** Whether the text is a URL with a user name or a password. */
export function hasUrlCredentials(text: string): boolean {
  const url = parsed(text);
  return url !== null && (url.username !== "" || url.password !== "");
}

export function hasUrlQuery(text: string): boolean {
  return headOf(text) !== null && (parsed(text)?.search ?? "") !== "";
}

/** Returns the URL without user name, password, query and fragment. Text that is not a URL is returned unchanged. */
export function redactedUrl(text: string): string {
  const head = headOf(text);
  if (head === null) return text;
  const url = parsed(text);
  if (url === null) {
    // A URL that `URL` cannot parse may hold a password anywhere.
    const isHidden = /[@?#]/.test(text) && !/^:\s/.test(text.slice(head.length - 1));
    return isHidden ? `${head}…` : text;
  }
  if (url.username + url.password + url.search + url.hash === "") return text;
  url.username = url.password = url.search = url.hash = "";
  return url.href;
}

/** Like `redactedUrl`, with a mark in place of the query, and the checksum of the file if known. */
export function urlToStore(text: string, checksum = ""): string {
  return hasUrlQuery(text) ? `${redactedUrl(text)}${MARK}${checksum}` : redactedUrl(text);
}

/** Parses a URL stored by `urlToStore` that had a query; null if the text is not one. */
export function parseStoredUrl(text: string): { readonly address: string; readonly checksum: string | null } | null {
  const [, checksum = null] = LEFT_OUT.exec(text) ?? [undefined, undefined];
  return LEFT_OUT.test(text) ? { address: text.replace(LEFT_OUT, ""), checksum } : null;
}

/** Returns the text with each URL in it redacted by `redactedUrl`. */
export function redactUrlsInText(text: string): string {
  return mapped(text, redactedUrl);
}

/** Returns a text of equal length with `*` for each secret part of a URL. */
export function maskUrlSecrets(text: string): string {
  return mapped(text, starred);
}

function mapped(text: string, change: (address: string) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of addressesIn(text)) {
    parts.push(text.slice(from, start), change(text.slice(start, end)));
    from = end;
  }
  return [...parts, text.slice(from)].join("");
}

function starred(address: string): string {
  if (redactedUrl(address) === address) return address;
  const from = (headOf(address) ?? "").length;
  const stars = (text: string): string => "*".repeat(text.length);
  // With string escapes, or if `URL` cannot parse it, the positions of the parts are unknown.
  if (parsed(address) === null || address.includes("\\")) return address.slice(0, from) + stars(address.slice(from));
  const rest = address.slice(from);
  const query = firstOf(rest, /[?#]/);
  const account = hasUrlCredentials(address) ? rest.slice(0, firstOf(rest, /[/?#]/)).lastIndexOf("@") : 0;
  return address.slice(0, from) + stars(rest.slice(0, account)) + rest.slice(account, query) + stars(rest.slice(query));
}

/** Whether the text begins like a URL, such as `https://host` or `https:host`. */
export function looksLikeUrl(text: string): boolean {
  return headOf(text) !== null;
}

/** Returns scheme and slashes of a URL; null if the text is not a URL. A single letter is a Windows drive. */
function headOf(text: string): string | null {
  const [head, scheme = "", slashes = ""] = /^\s*([a-z][a-z\d+.-]+):([/\\]*)/i.exec(text) ?? [];
  return head !== undefined && (slashes.startsWith("//") || SPECIAL.test(scheme)) ? head : null;
}
/** `URL` reads `https:host`, `https:/host` and `https:\\host` as `https://host`. URLs of other schemes need `://`. */
const SPECIAL = /(?<![a-z\d])(?:https?|wss?|ftp)$/i;

/** Returns the start and end of each URL, in order. Takes linear time in the length of the text. */
function addressesIn(text: string): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  for (
    let index = text.indexOf(":");
    index >= 0;
    index = text.indexOf(":", Math.max(index + 1, found.at(-1)?.[1] ?? 0))
  ) {
    const before = text.slice(Math.max(0, index - LONGEST_SCHEME), index);
    const [scheme] = (text.startsWith("//", index + 1) ? /[a-z][a-z\d+.-]+$/i : SPECIAL).exec(before) ?? [];
    if (scheme === undefined) continue;
    const start = index - scheme.length;
    const quote = text[start - 1] ?? "";
    const isQuoted = quote !== "" && QUOTES.includes(quote);
    found.push([start, isQuoted ? endOfQuoted(text, index, quote) : endOfBare(text, start, index + 1)]);
  }
  return found;
}

const QUOTES = "\"'`";
const LONGEST_SCHEME = 32;
/** Maximum characters in which the `@` after a password is searched. */
const LONGEST_ACCOUNT = 512;

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === quote || text[index] === "\n") return index;
  }
  return text.length;
}
/** An unquoted URL ends at a space or a bracket, unless these are part of a password. */
function endOfBare(text: string, start: number, from: number): number {
  const end = wordEnd(text, from);
  const address = text.slice(start, end);
  const head = headOf(address) ?? address;
  if (address.length === head.length || address.includes("@")) return end;
  // `https://user:pass word@host`: `URL` cannot parse `https://user:pass`, because `pass` is not a port.
  const stop = parsed(address) === null ? /[\n/\\?#]/ : /[\s"`/\\?#]/;
  const rest = text.slice(start + head.length, start + head.length + LONGEST_ACCOUNT);
  const index = rest.slice(0, firstOf(rest, stop)).lastIndexOf("@");
  return index < 0 ? end : wordEnd(text, start + head.length + index);
}
function wordEnd(text: string, from: number): number {
  let end = from + firstOf(text.slice(from), /[\s"`<>]/);
  while (end > from && ".,:;!?)]}…'".includes(text[end - 1] ?? "")) end--;
  return end;
}
function firstOf(text: string, sign: RegExp): number {
  const index = text.search(sign);
  return index < 0 ? text.length : index;
}
function parsed(text: string): Parsed | null {
  return URL.canParse(text) ? new URL(text) : null;
}
