/**
 * Tune within notebooks whose cells are TypeScript to the editor: an injection into TypeScript's grammar that follows
 * `dsl/language/syntax/cell.ts`. It begins at a text's very first character and nowhere else; past blanks and comments it waits for
 * the first line that is neither, and that line decides. Then the rest of the text is Tune's, or TypeScript's.
 */
import { statementHeadPattern } from "#dsl/language/syntax/cell.js";
import type { TextMateGrammar } from "./textmate.js";
import type { Vocabulary } from "../vocabulary.js";

export function notebookGrammar({ verbs }: Vocabulary): TextMateGrammar {
  const blank = "[\\s\\x{feff}]";
  const trivia = "//(?![ \\t]*%%)|/\\*|#(?!!)";
  const tune = `(?=(?://[ \\t]*)?%%tune(?!\\w)|${statementHeadPattern(verbs).replace(/\\u([0-9a-f]{4})/g, "\\x{$1}")})`;
  const never = "(?!)";
  return {
    name: "Tune in notebooks",
    scopeName: "source.tune.notebook",
    // Not within itself: it would begin again at the same character.
    injectionSelector: "L:source.ts - meta.cell.tune",
    patterns: [
      {
        // Where the first line is TypeScript's, nothing begins: its own grammar reads the text from its first character.
        name: "meta.cell.tune",
        begin: `\\A(?=${blank}*(?:$|${trivia}|${tune}))`,
        end: `(?!${blank}|$)`,
        applyEndPatternLast: 1,
        patterns: [
          {
            name: "meta.embedded.block.tune",
            contentName: "source.tune",
            begin: tune,
            end: never,
            patterns: [{ include: "source.tune" }],
          },
          { name: "comment.line.double-slash.ts", match: "//(?![ \\t]*%%).*$" },
          { name: "comment.block.ts", begin: "/\\*", end: "\\*/" },
          { name: "comment.line.number-sign.tune", match: "#(?!!).*$" },
        ],
      },
    ],
    repository: {},
  };
}
