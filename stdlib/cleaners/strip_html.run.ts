import { Parser } from "htmlparser2";
import type { CleanerImplementation } from "../data/contract.js";
import { mapRowTexts } from "../data/text-roles.js";

/** Elements whose content is not visible on the page. */
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
/** Inline elements; every other element is a boundary between words. */
const inline: ReadonlySet<string> = new Set(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr".split(
    " ",
  ),
);
/** Matches a tag, a comment, a declaration or an entity; anything else is not markup and stays as it is. */
const markup = /<[a-z!/?]|&(?:#\d|#x[\da-f]|[a-z][\da-z]*;)/iu;

export const stripHtml: CleanerImplementation = {
  start: () => (row) => ({ values: mapRowTexts(row.values, htmlToText) }),
};

/** Returns the text of a piece of HTML; collapses the white space that tags leave. */
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
