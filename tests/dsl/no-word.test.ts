import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { registry } from "#stdlib/registry.js";
import { root } from "#tests/imports.js";

/** Texts that are the names of words too, where they mean something else: what, and in which files. */
const MEANS: readonly (readonly [name: string, meaning: string, files: readonly string[]])[] = [
  ["text", "a type of values", ["types/registry", "types/define", "types/shapes", "types/values", "plan/text"]],
  ["text", "a type of values", ["assist/value-items"]],
  ["text", "a role of data", ["rules/audit", "compile/annotate", "compile/compressing"]],
  ["labels", "a role of data, or a key of it", ["assist/value-items", "compile/annotate", "compile/compressing"]],
  ["labels", "a role of data, or a key of it", ["plan/definitions", "rules/audit", "rules/world", "compile/question"]],
  ["labels", "a role of data, or a key of it", ["types/registry", "types/subject"]],
  [
    "student",
    "a kind of words",
    ["compile/compress", "compile/compressing", "compile/training/fitting", "plan/bases/made"],
  ],
  ["hidden", "a size of a model", ["plan/estimates", "types/capabilities/from-scratch"]],
  ["text", "a word of English, or the field of a line", ["rules/data-codes", "assist/meaning", "diagnostics/excerpt"]],
  ["text", "a role of a column", ["rules/odd-labels"]],
  ["choice", "a type of values", ["types/registry", "types/define", "types/shapes", "types/values", "plan/text"]],
  ["choice", "a type of values", ["assist/value-items", "assist/write-out"]],
  ["choice", "how a space draws", ["types/capabilities/sweep", "plan/sweep/sweep-plan"]],
  ["uniform", "how a space draws", ["types/capabilities/sweep", "plan/sweep/sweep-plan", "plan/sweep/foreign-spaces"]],
  [
    "log",
    "how a space draws",
    ["types/capabilities/sweep", "plan/sweep/sweep-plan", "plan/sweep/space", "plan/sweep/foreign-spaces"],
  ],
  ["choice", "how a space draws", ["plan/sweep/space", "plan/sweep/relations", "plan/sweep/foreign-spaces"]],
  ["product", "what a machine reaches", ["plan/duration"]],
  ["log", "a setting of a recipe", ["plan/definitions"]],
  ["precision", "a setting of a recipe", ["plan/definitions", "rules/fitting"]],
  ["f32", "numbers of products", ["plan/recipe"]],
  ["bf16", "numbers of products", ["plan/recipe", "plan/estimates", "rules/fitting"]],
  ["random", "an order of rows", ["plan/recipe", "plan/action", "plan/private", "rules/privacy", "compile/annotate"]],
  [
    "best",
    "the best validation, or the best trial",
    ["plan/recipe", "plan/sweep/best", "plan/program", "compile/show", "assist/complete"],
  ],
  ["auto", "that a setting is found out", ["plan/recipe", "plan/definitions", "plan/program", "assist/write-out"]],
  ["auto", "that a setting is found out", ["compile/engine", "compile/training/fitting"]],
  ["auto", "a sweep that the host writes", ["compile/sweep/sweep-auto"]],
  ["require", "a key of evaluate and of sweep", ["compile/question", "compile/sweep", "compile/sweep/sweep-auto"]],
  ["canaries", "a setting of a recipe", ["plan/definitions", "rules/canaries", "compile/attacked"]],
  ["sample", "a key of data", ["plan/definitions", "assist/meaning"]],
  ["layers", "a size of a model, or what a parameter's values are", ["plan/estimates"]],
  [
    "layers",
    "a size of a model, or what a parameter's values are",
    ["types/registry", "types/capabilities/from-scratch"],
  ],
  ["table", "rows of the notebook or of a file", ["types/facts", "rules/world", "assist/value-items", "assist/hover"]],
  ["table", "rows of the notebook or of a file", ["assist/meaning", "rules/slices"]],
  ["full", "how exactly the lexer counts", ["syntax/tokens"]],
  [
    "folder",
    "a folder of files",
    ["assist/files", "types/capabilities/running", "types/facts", "plan/recipe-settings"],
  ],
];

/** Texts that show how something is written, in files that aren't tables of codes (whose examples are programs). */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  // How a setting that is varied is written: a mistake there has no word that could tell it.
  "plan/sweep/spaces": ["choice", "log", "uniform"],
  "plan/sweep/space": ["choice"],
  // Several values where one is asked for: the same, before anything of the vocabulary is looked up.
  "types/suggested": ["choice"],
  // A whole statement for text that is none.
  "syntax/advice": ["csv"],
};

interface Text {
  readonly file: string;
  readonly text: string;
}
/** Texts of the language's files: the tensor compiler beside it has ops, whose names are its own. */
function textsOfDsl(): readonly Text[] {
  const folder = join(root, "dsl");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/^(graph|emit)\//.test(file));
  return files.flatMap((file) =>
    textsIn(readFileSync(join(folder, file), "utf8")).map((text) => ({ file: file.slice(0, -".ts".length), text })),
  );
}
function textsIn(source: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      texts.push(node.text);
    else if (ts.isRegularExpressionLiteral(node)) texts.push(node.text);
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("dsl.ts", source, ts.ScriptTarget.ES2023));
  return texts;
}

/** Verbs are of the language itself: statements are told apart by them, and names by the verbs that define them. */
const words = registry.words.filter((word) => word.kind !== "verb").map((word) => word.name);
const names = new Set(words);
/** As a call, or between the marks of code. */
const written = new RegExp(`(?:\\b(${words.join("|")})\\()|(?:\`(${words.join("|")})\`)`, "g");

describe("dsl", () => {
  const texts = textsOfDsl();
  const means = new Set(MEANS.flatMap(([name, , files]) => files.map((file) => `${file}: ${name}`)));

  it("knows no word of the vocabulary", () => {
    const known = texts.flatMap(({ file, text }) => (names.has(text) ? [`${file}: ${text}`] : []));
    assert.deepEqual([...new Set(known)].filter((one) => !means.has(one)).sort(), []);
    assert.deepEqual([...means].filter((one) => !known.includes(one)).sort(), [], "what isn't there any more");
  });

  it("shows none as it is written but in its tables of codes", () => {
    const shown = new Set(Object.entries(SHOWN).flatMap(([file, own]) => own.map((name) => `${file}: ${name}`)));
    const found = texts
      .filter(({ file }) => !/codes$/.test(file))
      .flatMap(({ file, text }) =>
        [...text.matchAll(written)].map(([, called, marked]) => `${file}: ${called ?? marked!}`),
      );
    assert.deepEqual([...new Set(found)].filter((one) => !shown.has(one)).sort(), []);
    assert.deepEqual([...shown].filter((one) => !found.includes(one)).sort(), [], "what isn't there any more");
  });

  it("would be caught knowing one", () => {
    const known = textsIn('const usual = { word: "adamw" }; // "lora"\nconst help = `write \\`lora(rank: ${n})\\``;');
    assert.deepEqual(
      known.filter((text) => names.has(text)),
      ["adamw"],
    );
    assert.ok(known.some((text) => [...text.matchAll(written)].length > 0));
  });
});
