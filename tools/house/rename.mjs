// Renames declarations by the glossary, everywhere they are used: `node tools/house/rename.mjs [--write] [SECTION…]`.
// Without --write it only lists what it would rename.
//
// glossary.json has sections of entries `{ "file", "in", "name", "to" }`: the declaration `name` (a type, function,
// variable or property; `in`: the interface or class that has the property) in `file` gets the name `to`. TypeScript's
// language service finds the uses by symbol, in all sources at once, so comments and texts stay unchanged. Uses that it
// cannot see (an object without a type that is later used as one) appear as errors of the next build. Entries whose
// declaration is gone are listed: they were done before.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const write = process.argv.includes("--write");
const sections = process.argv.slice(2).filter((word) => !word.startsWith("--"));

const files = execFileSync("git", ["ls-files", "*.ts", "*.mts"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  .map((file) => join(root, file));
const own = new Set(files);
const texts = new Map();
const textOf = (file) => {
  if (!texts.has(file)) texts.set(file, readFileSync(file, "utf8"));
  return texts.get(file);
};

/** One program of all packages: `rootDir` and `outDir` resolve imports such as `#dsl/*` to their sources. */
const options = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  types: ["node", "mocha"],
  rootDir: root,
  outDir: join(root, "dist"),
};
const service = ts.createLanguageService({
  ...ts.createCompilerHost(options),
  getCompilationSettings: () => options,
  getScriptFileNames: () => files,
  getScriptVersion: () => "0",
  getScriptSnapshot(file) {
    try {
      return ts.ScriptSnapshot.fromString(own.has(file) ? textOf(file) : readFileSync(file, "utf8"));
    } catch {
      return undefined;
    }
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
});

/**
 * Returns the name's node in its declaration; `within`: the interface, type or class that contains it. Without it, a
 * declaration of the file itself wins over one inside a function.
 */
function declarationOf(file, name, within) {
  let found;
  const statements = service.getProgram().getSourceFile(file)?.statements ?? [];
  if (within === undefined)
    for (const statement of statements) {
      const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
      found ??= declared.find((one) => one.name && ts.isIdentifier(one.name) && one.name.text === name)?.name;
    }
  if (found) return found;
  const visit = (node, path) => {
    if (found) return;
    const here = node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
    if (here === name && !ts.isImportSpecifier(node) && (within === undefined || path.at(-1) === within))
      found = node.name;
    else ts.forEachChild(node, (child) => visit(child, here === undefined ? path : [...path, here]));
  };
  const source = service.getProgram().getSourceFile(file);
  if (source) visit(source, []);
  return found;
}

const edits = new Map();
function rename({ file, in: within, name, to }) {
  const at = declarationOf(join(root, file), name, within);
  const where = `${file} ${within === undefined ? "" : `${within}.`}${name}`;
  if (!at) return console.log(`gone: ${where}`);
  const places =
    service.findRenameLocations(join(root, file), at.getStart(), false, false, {
      providePrefixAndSuffixTextForRename: true,
    }) ?? [];
  const outside = places.find(({ fileName }) => !own.has(fileName));
  if (outside) return console.log(`not renamed: ${where} is used in ${outside.fileName}`);
  for (const { fileName, textSpan, prefixText = "", suffixText = "" } of places) {
    const known = edits.get(fileName) ?? edits.set(fileName, new Map()).get(fileName);
    const text = `${prefixText}${to}${suffixText}`;
    const before = known.get(textSpan.start);
    if (before && before.text !== text)
      console.log(`two names at once: ${fileName}:${textSpan.start} ${before.text}, ${text}`);
    known.set(textSpan.start, { length: textSpan.length, text });
  }
  console.log(`${where} → ${to}: ${places.length} places`);
}

const glossary = JSON.parse(readFileSync(new URL("glossary.json", import.meta.url), "utf8"));
for (const [section, entries] of Object.entries(glossary))
  if (sections.length === 0 || sections.includes(section)) for (const entry of entries) rename(entry);
for (const [path, known] of edits) {
  let text = textOf(path);
  for (const [start, { length, text: name }] of [...known].toSorted(([a], [b]) => b - a))
    text = text.slice(0, start) + name + text.slice(start + length);
  if (write) writeFileSync(path, text);
}
