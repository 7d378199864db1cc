/** Decodes a quoted string: reads escapes, and removes the closing line's indentation from `"""` strings. */
export interface BadEscape {
  readonly escape: string;
  readonly start: number;
  readonly end: number;
}
const simple: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  '"': '"',
  "\\": "\\",
  "'": "'",
  "/": "/",
};

/** `image` includes its quotes; offsets of unknown escapes are relative to its start. */
export function decodeString(image: string): { value: string; bad: BadEscape[] } {
  const long = image.startsWith('"""') && image.length >= 6;
  const quotes = long ? 3 : 1;
  const bad: BadEscape[] = [];
  const body = image.slice(quotes, Math.max(quotes, image.length - quotes));
  if (long) return { value: dedent(body), bad };
  // In `C:\\data\\tickets.csv` the `\\t` is not a tab.
  const windows = /^[A-Za-z]:\\[^\\]/.test(body);
  const value = body.replace(
    /\\(u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|[\s\S])/gu,
    (all: string, what: string, braced: string | undefined, four: string | undefined, offset: number) => {
      const code = braced ?? four;
      if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff)
        return String.fromCodePoint(Number.parseInt(code, 16));
      const known = simple[what];
      if (known !== undefined && !(windows && /^[ntr0]$/.test(what))) return known;
      bad.push({ escape: all, start: offset + quotes, end: offset + quotes + all.length });
      return all;
    },
  );
  return { value, bad };
}

function dedent(body: string): string {
  const lines = body.replace(/\r\n/g, "\n").split("\n");
  if (lines.length === 1) return body;
  const closing = lines.at(-1) ?? "";
  const indent = /^[ \t]*$/.test(closing) ? closing : "";
  const remaining = /^[ \t]*$/.test(lines[0] ?? "") ? lines.slice(1) : lines;
  if (indent === closing) remaining.pop();
  return remaining.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())).join("\n");
}

export function quoteString(text: string): string {
  return JSON.stringify(text)
    .replace(/\u2028|\u2029/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)
    .replace(/\\b|\\f/g, (c) => (c === "\\b" ? "\\u0008" : "\\u000c"));
}
