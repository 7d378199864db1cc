// Draws texts for blind readers by seed: `node tools/house/draw.mjs SEED FOLDER` after `npm run build`.
//
// Writes to FOLDER `names.md` (60 exported names with kind and path) and `texts.md` (40 messages, 20 explain texts, 40
// comments, 20 test titles, 20 paragraphs of docs). Readers who have not seen the code write what each one means; another
// person with the code marks the answers. The draw reads tracked files only.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [seed, folder] = [Number(process.argv[2]), process.argv[3]];
if (!Number.isInteger(seed) || folder === undefined) throw new Error("write: node tools/house/draw.mjs SEED FOLDER");

/** Random numbers in [0, 1) (mulberry32). */
let state = seed >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const draw = (items, count) => {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [item] = left.splice(Math.floor(random() * left.length), 1);
    return item;
  });
};
const tracked = (...patterns) =>
  execFileSync("git", ["ls-files", ...patterns], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n");
const read = (file) => readFileSync(join(root, file), "utf8");
const plainWords = (text) => text.split(/\s+/).length;

const packages = ["dsl", "stdlib", "kernel", "page"];
const sources = tracked(...packages.map((name) => `${name}/*.ts`)).filter((file) => !file.endsWith(".d.ts"));

/** Exported declarations; `word` and `register` are conventions of many files. */
function exportedNames(file) {
  const names = [];
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2023, true);
  for (const statement of source.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name))
          names.push({
            kind: initializer && ts.isArrowFunction(initializer) ? "function" : "constant",
            name: name.text,
          });
    } else if (statement.name !== undefined)
      names.push({
        kind: ts.isFunctionDeclaration(statement) ? "function" : ts.isClassDeclaration(statement) ? "class" : "type",
        name: statement.name.text,
      });
  }
  return names.filter(({ name }) => name !== "word" && name !== "register").map((one) => ({ ...one, file }));
}

/** Doc comments of at least six words, with the first line of what they describe. */
function comments(file) {
  const text = read(file);
  return [...text.matchAll(/^[ \t]*\/\*\*([\s\S]*?)\*\/[ \t]*\n[ \t]*([^\n]*)/gm)]
    .map(([, comment, next]) => ({ file, text: comment.replace(/\s*\n\s*\* ?/g, " ").trim(), next: next.trim() }))
    .filter((one) => plainWords(one.text) >= 6);
}

function testTitles(file) {
  const titles = [];
  const visit = (node, above) => {
    let path = above;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.arguments[0]) {
      const [title] = node.arguments;
      if (["describe", "it"].includes(node.expression.text) && ts.isStringLiteralLike(title)) {
        path = [...above, title.text];
        if (node.expression.text === "it") titles.push({ file, text: path.join(" › ") });
      }
    }
    ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2023, true), []);
  return titles;
}

/** Paragraphs of at least twelve words: no headings, tables, lists or code. */
const paragraphs = (file) =>
  read(file)
    .replaceAll(/```[\s\S]*?```/g, "")
    .split(/\n{2,}/)
    .map((text) => ({ file, text: text.trim() }))
    .filter(({ text }) => !/^[#|<>!*\-\d[]/.test(text) && plainWords(text) >= 12);

const messages = tracked("tests/corpus/bad/*.txt").map((file) => ({ file, text: read(file).trim() }));
/** Prints what `tunebook explain` prints. */
const explained = (code) =>
  execFileSync(process.execPath, [join(root, "dist/kernel/apps/cli/main.js"), "explain", code], {
    encoding: "utf8",
  }).trim();
const codes = sources.flatMap((file) =>
  [...read(file).matchAll(/^ {2}"?([a-z]+(?:-[a-z0-9]+)+)"?: \{\n {4}severity:/gm)].map(([, code]) => code),
);

mkdirSync(folder, { recursive: true });
const names = draw(sources.flatMap(exportedNames), 60);
writeFileSync(
  join(folder, "names.md"),
  names.map(({ kind, name, file }, i) => `N${i + 1}. ${kind} \`${name}\` in ${file}\n`).join(""),
);
const item = (letter, text) => (one, i) => `## ${letter}${i + 1}\n\n${text(one)}\n`;
const fenced = (text) => `\`\`\`\`\n${text}\n\`\`\`\``;
const testFiles = tracked("tests/*.test.ts");
const pages = tracked("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/*.md").filter(
  (file) => !file.startsWith("docs/reference/codes/"),
);
writeFileSync(
  join(folder, "texts.md"),
  [
    ...draw(messages, 40).map(item("M", ({ text }) => fenced(firstReport(text)))),
    ...draw(codes, 20).map(item("E", (code) => fenced(explained(code)))),
    ...draw(sources.flatMap(comments), 40).map(
      item("C", (one) => fenced(`${one.file}\n\n/** ${one.text} */\n${one.next}`)),
    ),
    ...draw(testFiles.flatMap(testTitles), 20).map(item("T", ({ text }) => text)),
    ...draw(pages.flatMap(paragraphs), 20).map(item("P", ({ file, text }) => fenced(`${file}\n\n${text}`))),
  ].join("\n"),
);

/** The first program of a corpus file with its reports. */
function firstReport(text) {
  return text
    .split(/\n(?=== )/)[0]
    .replaceAll(/^\/\/ world: .*\n/gm, "")
    .slice(0, 2_500);
}
