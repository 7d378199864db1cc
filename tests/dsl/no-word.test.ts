import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { registry } from "#stdlib/registry.js";
import { root } from "#tests/imports.js";

/** Texts that equal the name of a word but mean something else: the meaning, and the files. */
const MEANS: readonly (readonly [name: string, meaning: string, files: readonly string[]])[] = [
  [
    "text",
    "a type of values",
    [
      "language/types/registry",
      "language/types/define",
      "language/types/shapes",
      "language/types/values",
      "compiler/plan/text",
    ],
  ],
  ["text", "a type of values", ["assist/value-items"]],
  [
    "text",
    "a role of data",
    ["compiler/checks/data-warnings", "compiler/annotate/annotate", "compiler/drafts/plan-compression"],
  ],
  [
    "labels",
    "a role of data, or a key of it",
    ["assist/value-items", "compiler/annotate/annotate", "compiler/drafts/plan-compression"],
  ],
  [
    "labels",
    "a role of data, or a key of it",
    [
      "compiler/plan/definitions",
      "compiler/checks/data-warnings",
      "compiler/checks/world",
      "compiler/evaluate/evaluate",
    ],
  ],
  ["labels", "a role of data, or a key of it", ["language/types/registry", "language/types/value"]],
  [
    "student",
    "a kind of words",
    [
      "compiler/compress/compress",
      "compiler/drafts/plan-compression",
      "compiler/drafts/unlabelled-rows",
      "compiler/plan/bases/compressed-base",
    ],
  ],
  ["hidden", "a size of a model", ["compiler/plan/estimates", "language/types/capabilities/from-scratch"]],
  [
    "text",
    "a word of English, or the field of a line",
    ["compiler/checks/data-codes", "assist/value-explanations", "language/diagnostics/excerpt"],
  ],
  ["text", "a role of a column", ["compiler/checks/odd-labels"]],
  [
    "choice",
    "a type of values",
    [
      "language/types/registry",
      "language/types/define",
      "language/types/shapes",
      "language/types/values",
      "compiler/plan/text",
    ],
  ],
  ["choice", "a type of values", ["assist/value-items", "assist/write-out", "language/types/show-key"]],
  ["choice", "how a space draws", ["language/types/capabilities/sweep", "compiler/plan/sweep/sweep-plan"]],
  [
    "uniform",
    "how a space draws",
    ["language/types/capabilities/sweep", "compiler/plan/sweep/sweep-plan", "compiler/plan/sweep/foreign-spaces"],
  ],
  [
    "log",
    "how a space draws",
    [
      "language/types/capabilities/sweep",
      "compiler/plan/sweep/sweep-plan",
      "compiler/plan/sweep/space",
      "compiler/plan/sweep/foreign-spaces",
    ],
  ],
  [
    "choice",
    "how a space draws",
    ["compiler/plan/sweep/space", "compiler/plan/sweep/relations", "compiler/plan/sweep/foreign-spaces"],
  ],
  ["product", "what a machine reaches", ["compiler/plan/duration"]],
  ["log", "a setting of a recipe", ["compiler/plan/definitions"]],
  ["precision", "a setting of a recipe", ["compiler/plan/definitions", "compiler/checks/fitting-changes"]],
  ["f32", "numbers of products", ["compiler/plan/plan"]],
  ["bf16", "numbers of products", ["compiler/plan/plan", "compiler/plan/estimates", "compiler/checks/fitting-changes"]],
  [
    "random",
    "an order of rows",
    [
      "compiler/plan/plan",
      "compiler/plan/action",
      "compiler/plan/private",
      "compiler/checks/privacy",
      "compiler/annotate/annotate",
    ],
  ],
  [
    "best",
    "the best validation, or the best trial",
    [
      "compiler/plan/plan",
      "compiler/plan/sweep/best",
      "compiler/plan/program",
      "compiler/show/show",
      "assist/complete",
    ],
  ],
  [
    "auto",
    "that a setting is found out",
    ["compiler/plan/plan", "compiler/plan/definitions", "compiler/plan/program", "assist/write-out"],
  ],
  ["auto", "that a setting is found out", ["compiler/program/engine", "compiler/drafts/fitting"]],
  ["auto", "a sweep that the host writes", ["compiler/sweep/sweep-auto"]],
  [
    "require",
    "a key of evaluate and of sweep",
    ["compiler/evaluate/evaluate", "compiler/sweep/sweep", "compiler/sweep/sweep-auto"],
  ],
  [
    "canaries",
    "a setting of a recipe",
    ["compiler/plan/definitions", "compiler/checks/canaries", "compiler/evaluate/attack"],
  ],
  ["sample", "a key of data", ["compiler/plan/definitions", "assist/value-explanations"]],
  ["layers", "a size of a model, or what a parameter's values are", ["compiler/plan/estimates"]],
  [
    "layers",
    "a size of a model, or what a parameter's values are",
    ["language/types/registry", "language/types/capabilities/from-scratch"],
  ],
  [
    "table",
    "rows of the notebook or of a file",
    ["language/types/facts", "compiler/checks/world", "assist/value-items", "assist/hover"],
  ],
  ["table", "rows of the notebook or of a file", ["assist/value-explanations", "compiler/checks/slices"]],
  ["full", "how exactly the lexer counts", ["language/syntax/tokens"]],
  [
    "folder",
    "a folder of files",
    ["assist/files", "language/types/capabilities/running", "language/types/facts", "compiler/plan/recipe-settings"],
  ],
];

/** Texts that show syntax in files that are not tables of codes (whose examples are programs). */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  // Shows how to vary a setting: an error in this position has no word that could show it.
  "compiler/plan/sweep/spaces": ["choice", "log", "uniform"],
  "compiler/plan/sweep/space": ["choice"],
  // Shows several values where one is expected, before anything of the vocabulary is looked up.
  "language/types/value-suggestions": ["choice"],
  // Shows a complete statement for text that is not one.
  "language/syntax/advice": ["csv"],
};

interface Text {
  readonly file: string;
  readonly text: string;
}
/**
 * Returns the texts of the language's files. The tensor compiler is excluded because its ops share names with words,
 * and the glossary because it explains terms of the field, of which some are words.
 */
function textsOfDsl(): readonly Text[] {
  const folder = join(root, "dsl");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/^tensor\/|^assist\/glossary\.ts$/.test(file));
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

/**
 * Verbs belong to the language itself: the compiler distinguishes statements by verb, and names by the verb that
 * defines them.
 */
const words = registry.words.filter((word) => word.kind !== "verb").map((word) => word.name);
const names = new Set(words);
/** A word written as a call or in code marks. */
const written = new RegExp(`(?:\\b(${words.join("|")})\\()|(?:\`(${words.join("|")})\`)`, "g");

describe("dsl sources", () => {
  const texts = textsOfDsl();
  const means = new Set(MEANS.flatMap(([name, , files]) => files.map((file) => `${file}: ${name}`)));

  it("contain no vocabulary word, except with the listed other meanings", () => {
    const known = texts.flatMap(({ file, text }) => (names.has(text) ? [`${file}: ${text}`] : []));
    assert.deepEqual([...new Set(known)].filter((one) => !means.has(one)).sort(), []);
    assert.deepEqual([...means].filter((one) => !known.includes(one)).sort(), [], "what isn't there any more");
  });

  it("show written words only in tables of codes", () => {
    const shown = new Set(Object.entries(SHOWN).flatMap(([file, own]) => own.map((name) => `${file}: ${name}`)));
    const found = texts
      .filter(({ file }) => !/codes$/.test(file))
      .flatMap(({ file, text }) =>
        [...text.matchAll(written)].map(([, called, marked]) => `${file}: ${called ?? marked!}`),
      );
    assert.deepEqual([...new Set(found)].filter((one) => !shown.has(one)).sort(), []);
    assert.deepEqual([...shown].filter((one) => !found.includes(one)).sort(), [], "what isn't there any more");
  });

  it("are checked by a search that finds a planted word", () => {
    const known = textsIn('const usual = { word: "adamw" }; // "lora"\nconst help = `write \\`lora(rank: ${n})\\``;');
    assert.deepEqual(
      known.filter((text) => names.has(text)),
      ["adamw"],
    );
    assert.ok(known.some((text) => [...text.matchAll(written)].length > 0));
  });
});
