/** The TextMate grammar against the real lexer and parser: the same tokens with the same roles. */
import assert from "node:assert/strict";
import type { IToken } from "chevrotain";
import { parse } from "#dsl/language/syntax/parse.js";
import * as t from "#dsl/language/syntax/tokens.js";
import type { Expression, Key, Operand } from "#dsl/language/syntax/tree.js";
import { vocabularyOf } from "#editors/vocabulary.js";
import { registry } from "#stdlib/registry.js";
import { mistaken, programs, verbs, type Program } from "./corpus.js";
import { grammarOf, scopesIn } from "./textmate.js";

/** The role for each scope of the grammar; the innermost listed scope counts. */
const parts: readonly (readonly [scope: string, part: string])[] = [
  ["comment.", "comment"],
  ["string.", "string"],
  ["constant.numeric.", "number"],
  ["variable.other.reference.", "reference"],
  ["storage.type.verb.", "verb"],
  ["keyword.control.verb.", "verb"],
  ["keyword.control.connector.", "connector"],
  ["support.type.property-name.", "key"],
  ["support.function.", "function"],
  ["entity.name.function.", "function"],
  ["entity.name.type.", "name"],
  ["constant.language.", "name"],
  ["support.constant.", "name"],
  ["variable.other.", "name"],
  ["invalid.illegal.name.", "kebab"],
  ["punctuation.", "punctuation"],
  ["keyword.operator.", "punctuation"],
];
function partOf(scopes: readonly string[]): string {
  for (const scope of scopes.filter((one) => !one.startsWith("punctuation.definition.")).toReversed())
    for (const [start, part] of parts) if (scope.startsWith(start)) return part;
  return "nothing";
}

const lexical: Readonly<Record<string, string>> = {
  ...{ Comment: "comment", Hash: "comment", Text: "string", Str: "string", BadString: "string", Num: "number" },
  ...{ Ref: "reference", Identifier: "name", Kebab: "kebab", Range: "punctuation", Dot: "punctuation" },
  ...{ Colon: "punctuation", Comma: "punctuation" },
  ...{ LeftBrace: "punctuation", RightBrace: "punctuation", LeftParen: "punctuation", RightParen: "punctuation" },
  ...{ LeftSquare: "punctuation", RightSquare: "punctuation" },
};
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly part: string;
}
const places = (token: IToken): Piece => ({
  start: token.startOffset,
  end: t.tokenEnd(token),
  part: lexical[token.tokenType.name] ?? "nothing",
});

const { connectors } = vocabularyOf(registry);

/** Returns the lexer's tokens; names have the parser's role if they are existing verbs or connectors. */
function read(text: string): readonly Piece[] {
  const roles = new Map<number, string>();
  const key = ({ span, path }: Key): void => {
    let at = span.start;
    for (const name of path) {
      at = text.indexOf(name, at);
      if (/[\p{ID_Start}_]/u.test(text[span.start] ?? "")) roles.set(at, "key");
    }
  };
  const value = (node: Expression | Operand): void => {
    if (node.is === "list") node.items.forEach(value);
    if (node.is === "block")
      for (const entry of node.entries) {
        key(entry.key);
        if (entry.value) value(entry.value);
      }
    if (node.is !== "word" || !node.arguments) return;
    roles.set(node.path.at(-1)!.span.start, "function");
    for (const argument of node.arguments) {
      if (argument.key) key(argument.key);
      value(argument.value);
    }
  };
  for (const statement of parse({ id: "program", title: "program", text }, verbs).tree.statements) {
    const known = verbs.includes(statement.verb.text);
    if (known) roles.set(statement.verb.span.start, "verb");
    statement.operands.forEach(value);
    for (const { connector, operands } of statement.clauses) {
      if (known && connectors.includes(connector.text)) roles.set(connector.span.start, "connector");
      operands.forEach(value);
    }
    if (statement.block) value(statement.block);
  }
  const { tokens, comments } = t.lex(text);
  return [...tokens, ...comments]
    .map(places)
    .filter(({ part }) => part !== "nothing")
    .map((piece) => ({ ...piece, part: (piece.part === "name" && roles.get(piece.start)) || piece.part }));
}

describe("TextMate grammar", () => {
  it("gives every token of every program the same role as the parser", async () => {
    const grammar = await grammarOf("source.tune");
    const all = programs();
    assert.ok(all.length > 500, `${String(all.length)} programs`);
    let tokens = 0;
    const wrong = all.flatMap(({ name, text }) => {
      const scopes = scopesIn(text, grammar);
      const pieces = read(text);
      tokens += pieces.length;
      return differences(name, text, pieces, scopes.map(partOf));
    });
    assert.ok(tokens > 25_000, `${String(tokens)} tokens`);
    assert.deepEqual(wrong, []);
  });

  it("splits programs with errors into the lexer's tokens, without exception", async () => {
    const grammar = await grammarOf("source.tune");
    const names = /^(verb|connector|key|function)$/;
    const wrong = mistaken().flatMap(({ name, text }: Program) => {
      const { tokens, comments } = t.lex(text);
      const pieces = [...tokens, ...comments].map(places).filter(({ part }) => part !== "nothing");
      const scopes = scopesIn(text, grammar).map(partOf);
      return differences(
        name,
        text,
        pieces,
        scopes.map((part) => part.replace(names, "name")),
      );
    });
    assert.deepEqual(wrong, []);
  });
});

function differences(
  name: string,
  text: string,
  pieces: readonly Piece[],
  found: readonly string[],
): readonly string[] {
  return pieces.flatMap(({ start, end, part }) => {
    const here = new Set(found.slice(start, end).filter((_part, i) => text[start + i] !== "\n"));
    return here.size === 1 && here.has(part)
      ? []
      : [`${name}: ${JSON.stringify(text.slice(start, end))} is ${part}, coloured ${[...here].join(" and ")}`];
  });
}
