/** Strips white space at both ends as Python does, like the reference libraries. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BEGIN = new RegExp(`^${BLANK}+`, "u");
const BLANKS = new RegExp(`^${BLANK}$`, "u");

export function trimBlanks(text: string): string {
  return trimEndBlanks(text.replace(BEGIN, ""));
}

/** Scans from the end: a pattern for trailing white space would try every run of white space in the text. */
export function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && BLANKS.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
