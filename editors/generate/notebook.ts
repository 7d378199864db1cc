/**
 * The grammar of Tune inside notebooks whose cells are TypeScript to the editor: an injection into TypeScript's grammar
 * that follows `dsl/language/syntax/cell.ts`. It starts only at a text's first character. It skips blank lines and
 * comments; the first other line decides whether the rest of the text is Tune or TypeScript.
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
    // Excludes its own scope: otherwise it would start again at the same character.
    injectionSelector: "L:source.ts - meta.cell.tune",
    patterns: [
      {
        // Does not match if the first line is TypeScript: TypeScript's own grammar then reads the text from its first
        // character.
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
