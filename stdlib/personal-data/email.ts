/** Detects e-mail addresses, searching outwards from the `@`; also with `(at)` and `(dot)` in its place. */
import { allMatches } from "./matches.js";
import { isWordCharacterAt } from "./context.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

const mostLocal = 64;
const mostDomain = 255;
const local = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const host = /[\p{L}\p{N}.-]/u;
const whole =
  /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)+$/u;
const ending = /\.(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/u;
const spelt =
  /(?<![\w.+-])[\w.+-]{1,64} ?[([{] ?(?:at|@) ?[)\]}] ?[\w-]{1,63}(?: ?(?:\.|[([{] ?(?:dot|\.) ?[)\]}]) ?[\w-]{2,63}){1,4}/gi;

export const emailDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  let after = 0;
  for (let position = text.indexOf("@"); position >= 0; position = text.indexOf("@", position + 1)) {
    const span = around(text, position, after);
    if (!span) continue;
    found.push(span);
    after = span.end;
  }
  if (/[([{] ?(?:at|@) ?[)\]}]/i.test(text))
    for (const match of allMatches(spelt, text)) found.push({ start: match.index, end: match.index + match[0].length });
  return found;
};

function around(text: string, position: number, after: number): TextSpan | undefined {
  let start = position;
  while (start > after && position - start < mostLocal && local.test(text[start - 1]!)) start--;
  // Characters that cannot begin or end an address belong to the sentence: `(me@x.org)`, `'me@x.org'`,
  // `mail:/me@x.org`.
  while (start < position && !/[\p{L}\p{N}_]/u.test(text[start]!)) start++;
  if (start === position || text[position - 1] === ".") return undefined;
  let end = position + 1;
  while (end < text.length && end - position <= mostDomain && host.test(text[end]!)) end++;
  while (end > position + 1 && !isWordCharacterAt(text, end - 1)) end--;
  const domain = text.slice(position + 1, end);
  return whole.test(domain) && ending.test(domain) ? { start, end } : undefined;
}
