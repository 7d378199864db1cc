/**
 * Tree-sitter's grammar against Tune's own parser: the same statements, keys, words and values, at the same positions.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Span } from "#dsl/language/diagnostics/span.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { Expression, Key } from "#dsl/language/syntax/tree.js";
import { mistaken, programs, verbs } from "../corpus.js";
import { Parser, type Node } from "./parser.js";

/** Node kinds that both trees have. */
const both = new Set([
  ...["statement", "verb", "connector", "clause", "block", "entry", "key", "word", "arguments", "argument", "list"],
  ...["range", "number", "unit", "string", "text", "reference", "identifier"],
]);
type Line = `${string} ${number} ${number}`;

describe("tree-sitter grammar", function () {
  this.timeout(120_000);
  let parser: Parser;
  before(() => (parser = Parser.compile()));
  after(() => parser.remove());

  it("parses every program without syntax errors as Tune's parser does", () => {
    const all = programs();
    const trees = parser.parse(all.map(({ text }) => text));
    let nodes = 0;
    all.forEach(({ name, text }, i) => {
      const found = trees[i]!;
      const wrong = found.find((node) => node.wrong || node.kind === "ERROR");
      assert.ok(!wrong, `${name}: ${wrong ? text.slice(wrong.start, wrong.end + 20) : ""}`);
      assert.deepEqual(linesOf(found), readByTune(text), name);
      nodes += found.length;
    });
    assert.ok(all.length > 500 && nodes > 30_000, `${String(all.length)} programs, ${String(nodes)} nodes`);
  });

  it("confines an error to its statement in over 90 % of programs with errors", () => {
    const before = 'data first { source: csv("a.csv") }\n';
    const after = "\ntrain last on first { epochs: 3 }\nshow last.plan\n";
    const broken = mistaken().filter(({ text }) => text.trim().split("\n").length <= 12 && !/\/\*|"""/.test(text));
    const trees = parser.parse(broken.map(({ text }) => before + text.trimEnd() + after));
    const kept = trees.filter((tree, i) => {
      const start = before.length + broken[i]!.text.trimEnd().length + 1;
      const verbsThere = new Set(tree.filter(({ kind }) => kind === "verb").map((node) => node.start));
      return [0, start, start + after.indexOf("\nshow")].every((place) => verbsThere.has(place));
    });
    const share = kept.length / broken.length;
    assert.ok(share > 0.9, `${String(kept.length)} of ${String(broken.length)} kept what is around them`);
  });

  it("has valid queries", () => {
    const root = fileURLToPath(new URL("../../../../editors/", import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".scm"));
    assert.ok(files.length > 10);
    for (const file of files) assert.equal(parser.queryMistake(join(root, file)), "", file);
  });
});

function linesOf(nodes: readonly Node[]): readonly Line[] {
  return nodes
    .filter(({ kind }) => both.has(kind))
    .map(({ kind, start, end }): Line => `${kind} ${start} ${end}`)
    .sort();
}

function readByTune(text: string): readonly Line[] {
  const lines: Line[] = [];
  const put = (kind: string, { start, end }: Pick<Span, "start" | "end">): void =>
    void lines.push(`${kind} ${start} ${end}`);
  const key = ({ span, path }: Key): void => {
    put("key", span);
    const first = text[span.start] ?? "";
    if (first === '"') return put("string", span);
    if (/[-\d]/.test(first)) return number(span);
    let at = span.start;
    for (const name of path) {
      at = text.indexOf(name, at);
      put("identifier", { start: at, end: at + name.length });
      at += name.length;
    }
  };
  const number = (span: Pick<Span, "start" | "end">): void => {
    put("number", span);
    const unit = /(?:%|[A-Za-z]\w*)$/.exec(
      text.slice(span.start, span.end).replace(/^-?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/, ""),
    );
    if (unit) put("unit", { start: span.end - unit[0].length, end: span.end });
  };
  const value = (node: Expression): void => {
    switch (node.is) {
      case "number":
        return number(node.span);
      case "string":
        return put(text.startsWith('"""', node.span.start) ? "text" : "string", node.span);
      case "reference": {
        put("reference", node.span);
        const [name = "", ...members] = text.slice(node.span.start, node.span.end).split(".");
        let at = node.span.start + name.length;
        for (const member of members) {
          put("identifier", { start: at + 1, end: at + 1 + member.length });
          at += 1 + member.length;
        }
        return;
      }
      case "range":
        put("range", node.span);
        value(node.from);
        return value(node.to);
      case "list":
        put("list", node.span);
        return node.items.forEach(value);
      case "block":
        put("block", node.span);
        for (const entry of node.entries) {
          put("entry", entry.span);
          key(entry.key);
          if (entry.value) value(entry.value);
        }
        return;
      case "word": {
        put("word", node.span);
        for (const { span } of node.path) put("identifier", span);
        if (!node.arguments) return;
        const open = text.indexOf("(", node.path.at(-1)!.span.end);
        put("arguments", { start: open, end: node.span.end });
        for (const argument of node.arguments) {
          put("argument", argument.span);
          if (argument.key) key(argument.key);
          value(argument.value);
        }
      }
    }
  };
  for (const statement of parse({ id: "program", title: "program", text }, verbs).tree.statements) {
    put("statement", statement.span);
    put("verb", statement.verb.span);
    statement.operands.forEach(value);
    for (const clause of statement.clauses) {
      put("clause", clause.span);
      put("connector", clause.connector.span);
      clause.operands.forEach(value);
    }
    if (statement.block) value(statement.block);
  }
  return lines.sort();
}
