/** Texts that came out of their file otherwise than they were meant: signs that could not be read, mojibake, markup. */
import type { Finding } from "#dsl/language/types/audit-facts.js";
import { mended } from "#stdlib/text/mojibake.js";
import { readIn, type Observer } from "../rows.js";
import { Examples } from "./examples.js";

/** What stands for bytes that no encoding could read. */
const UNREADABLE = /\ufffd/u;
/** Letters that are the first bytes of other letters, read one by one. */
const ODD = /[\u0080-\u00ff\u0152-\u0178\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/u;
const TAG = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>|&(?:amp|lt|gt|quot|nbsp|#\d{2,5}|#x[\da-f]{2,5});/iu;

export function written(): Observer<readonly Finding[]> {
  const [unreadable, mojibake, tags] = [new Examples(), new Examples(), new Examples()];
  let of = 0;
  return {
    look(row, split) {
      const text = readIn(row.values);
      of++;
      const lost = UNREADABLE.exec(text);
      if (lost) unreadable.add(row, split, text, lost.index);
      if (ODD.test(text)) {
        const right = mended(text);
        if (right !== text) mojibake.add(row, split, text, firstDifference(text, right));
      }
      const tag = TAG.exec(text);
      if (tag) tags.add(row, split, text, tag.index);
    },
    found: () => [
      ...told("unreadable", unreadable, of, {
        says: "with �, which stands for bytes that could not be read",
        mend: 'name the encoding of the file, as in `csv("a.csv", encoding: "windows-1252")`; what was written as � is lost',
      }),
      ...told("mojibake", mojibake, of, {
        says: "that were read in a wrong encoding (Ã¤ for ä)",
        mend: "`unicode` in `clean` mends them",
      }),
      ...told("tags", tags, of, {
        says: "with tags or signs of HTML",
        mend: "`strip_html` in `clean` takes them out",
      }),
    ],
  };
}

function told(
  what: Finding["what"],
  { rows, examples }: Examples,
  of: number,
  words: Pick<Finding, "says" | "mend">,
): readonly Finding[] {
  return rows === 0 ? [] : [{ what, rows, of, ...words, examples }];
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
