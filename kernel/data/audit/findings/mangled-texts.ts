/** Texts that were damaged on the way from their file: unreadable characters, mojibake, markup. */
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { fixMojibake } from "#stdlib/text/mojibake.js";
import { modelInputText, type RowObserver } from "../rows.js";
import { ExampleCollector } from "./examples.js";

/** Replacement character for bytes that no encoding could decode. */
const UNREADABLE = /\ufffd/u;
/** Letters that are the bytes of a UTF-8 character decoded one by one. */
const ODD = /[\u0080-\u00ff\u0152-\u0178\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/u;
const TAG = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>|&(?:amp|lt|gt|quot|nbsp|#\d{2,5}|#x[\da-f]{2,5});/iu;

export function mangledTextFindingsObserver(): RowObserver<readonly AuditFinding[]> {
  const [unreadable, mojibake, tags] = [new ExampleCollector(), new ExampleCollector(), new ExampleCollector()];
  let total = 0;
  return {
    look(row, split) {
      const text = modelInputText(row.values);
      total++;
      const lost = UNREADABLE.exec(text);
      if (lost) unreadable.add(row, split, text, lost.index);
      if (ODD.test(text)) {
        const right = fixMojibake(text);
        if (right !== text) mojibake.add(row, split, text, firstDifference(text, right));
      }
      const tag = TAG.exec(text);
      if (tag) tags.add(row, split, text, tag.index);
    },
    found: () => [
      ...textFinding("unreadable", unreadable, total, {
        says: "with �, the replacement for bytes that could not be read",
        mend: 'name the encoding of the file, as in `csv("a.csv", encoding: "windows-1252")`; text already stored as � is lost',
      }),
      ...textFinding("mojibake", mojibake, total, {
        says: "that were read in a wrong encoding (Ã¤ for ä)",
        mend: "`unicode` in `clean` repairs them",
      }),
      ...textFinding("tags", tags, total, {
        says: "with tags or signs of HTML",
        mend: "`strip_html` in `clean` removes them",
      }),
    ],
  };
}

function textFinding(
  what: AuditFinding["what"],
  { rows, examples }: ExampleCollector,
  total: number,
  words: Pick<AuditFinding, "says" | "mend">,
): readonly AuditFinding[] {
  return rows === 0 ? [] : [{ what, rows, of: total, ...words, examples }];
}

function firstDifference(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  return index;
}
