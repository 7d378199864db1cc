/** Addresses of electronic mail, found from their `@` outwards; also with `(at)` and `(dot)` in its place. */
import { matchesOf } from "./matches.js";
import { wordAt } from "./context.js";
import type { Detector, Span } from "./finding.js";

const mostLocal = 64;
const mostDomain = 255;
const local = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const host = /[\p{L}\p{N}.-]/u;
const whole =
  /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)+$/u;
const ending = /\.(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/u;
const spelt =
  /(?<![\w.+-])[\w.+-]{1,64} ?[([{] ?(?:at|@) ?[)\]}] ?[\w-]{1,63}(?: ?(?:\.|[([{] ?(?:dot|\.) ?[)\]}]) ?[\w-]{2,63}){1,4}/gi;

export const email: Detector = (text) => {
  const found: Span[] = [];
  let after = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const span = around(text, at, after);
    if (!span) continue;
    found.push(span);
    after = span.end;
  }
  if (/[([{] ?(?:at|@) ?[)\]}]/i.test(text))
    for (const match of matchesOf(spelt, text)) found.push({ start: match.index, end: match.index + match[0].length });
  return found;
};

function around(text: string, at: number, after: number): Span | undefined {
  let start = at;
  while (start > after && at - start < mostLocal && local.test(text[start - 1]!)) start--;
  // What can't begin or end an address belongs to the sentence: `(me@x.org)`, `'me@x.org'`, `mail:/me@x.org`.
  while (start < at && !/[\p{L}\p{N}_]/u.test(text[start]!)) start++;
  if (start === at || text[at - 1] === ".") return undefined;
  let end = at + 1;
  while (end < text.length && end - at <= mostDomain && host.test(text[end]!)) end++;
  while (end > at + 1 && !wordAt(text, end - 1)) end--;
  const domain = text.slice(at + 1, end);
  return whole.test(domain) && ending.test(domain) ? { start, end } : undefined;
}
