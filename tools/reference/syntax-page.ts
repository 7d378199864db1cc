/** The page of the syntax, with a diagram for each production. */
import { ebnf, productions } from "./grammar.js";
import { fencedCodeBlock, joinParagraphs } from "#kernel/display/markdown.js";
import { railroad } from "./railroad.js";

/** Maps paths in the reference to texts. */
export function syntaxPages(): ReadonlyMap<string, string> {
  const all = productions();
  const pages = new Map(all.map(({ name, shape }) => [`syntax/${name}.svg`, railroad(shape, name)]));
  const text = joinParagraphs(
    "# Syntax",
    "Two rules: parentheses choose a word and its parameters, braces fill a record. All else is vocabulary, which the parser does not know. Made from the parser's own productions.",
    fencedCodeBlock("text", ebnf(all)),
    'In capitals: what the text is cut into. A NAME is a Unicode identifier; a STRING stands on one line, a TEXT between `"""` on several; a NUMBER may carry a unit that touches it (`80%`, `10min`, `512MB`); a $NAME is a parameter or a TypeScript value.',
    "Follow the line from left to right: what is round is written, what is square is another diagram.",
    ...all.flatMap(({ name }) => [`### ${name}`, `![${name}](syntax/${name}.svg)`]),
  );
  return pages.set("syntax.md", text);
}
