import { Parser } from "htmlparser2";
import type { CleanerImplementation } from "../data/contract.js";
import { mapTexts } from "../data/text-roles.js";

/** Elements whose content no reader of the page sees. */
const hidden: ReadonlySet<string> = new Set([
  "script",
  "style",
  "template",
  "noscript",
  "head",
  "svg",
  "iframe",
  "object",
]);
/** Elements that stand within a line; every other one is a boundary between words. */
const inline: ReadonlySet<string> = new Set(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr".split(
    " ",
  ),
);
/** A tag, a comment, a declaration or an entity; anything else is no markup and left alone. */
const markup = /<[a-z!/?]|&(?:#\d|#x[\da-f]|[a-z][\da-z]*;)/iu;

export const stripHtml: CleanerImplementation = {
  start: () => (row) => ({ values: mapTexts(row.values, htmlToText) }),
};

/** The text of a piece of HTML; white space that tags leave is collapsed. */
export function htmlToText(html: string): string {
  if (!markup.test(html)) return html;
  const parts: string[] = [];
  let unseen = 0;
  const parser = new Parser(
    {
      onopentag(name) {
        if (hidden.has(name)) unseen++;
        else if (!inline.has(name)) parts.push(" ");
      },
      ontext(text) {
        if (unseen === 0) parts.push(text);
      },
      onclosetag(name) {
        if (hidden.has(name)) unseen--;
        else if (!inline.has(name)) parts.push(" ");
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(html);
  return parts.join("").replace(/\s+/gu, " ").trim();
}
