/** All Tune programs of the repository: those that must parse, and those with a mistake. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isTuneCell, withoutMagic } from "#dsl/language/syntax/cell.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { wholeExample } from "#tools/reference/examples.js";
import { registry } from "#stdlib/registry.js";
import { badTexts } from "../dsl/compiler/program/corpus.js";
import { beyond, built } from "../dsl/programs.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export const verbs = registry.verbs().map((verb) => verb.name);

export interface Program {
  readonly name: string;
  readonly text: string;
}

/** Returns every program of tests, notebooks, records and pages that has no syntax error. */
export function programs(): readonly Program[] {
  return [...all(), ...mistaken()].filter(({ text }) => clean(text));
}
/** Returns programs with mistakes; not all of them are syntax errors. */
export function mistaken(): readonly Program[] {
  return badTexts();
}

function all(): readonly Program[] {
  const words = registry.words
    .filter((word) => !word.planned)
    .map((word) => ({ name: `${word.kind} ${word.name}`, text: wholeExample(word, registry, () => "some-base") }));
  return [
    ...Object.entries(built).map(([name, text]) => ({ name, text })),
    ...beyond.map((text, i) => ({ name: `beyond ${String(i + 1)}`, text })),
    ...words,
    ...notebooks(),
    ...pages(),
    ...fixtures(),
  ];
}
function notebooks(): readonly Program[] {
  const folder = join(root, "notebooks");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .flatMap((file) => {
      const { cells } = JSON.parse(read(join(folder, file))) as {
        cells: { cell_type: string; source: string | string[] }[];
      };
      return cells
        .filter((cell) => cell.cell_type === "code")
        .map((cell, i) => ({ name: `${file} cell ${String(i + 1)}`, text: [cell.source].flat().join("") }))
        .filter(({ text }) => isTuneCell(text, verbs));
    });
}
/** Returns the Tune code blocks of the documentation pages. */
function pages(): readonly Program[] {
  return readdirSync(join(root, "docs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .flatMap((entry) => {
      const text = read(join(entry.parentPath, entry.name));
      return [...text.matchAll(/^```tune\n([\s\S]*?)^```$/gm)].map((fence, i) => ({
        name: `${entry.name} ${String(i + 1)}`,
        text: fence[1] ?? "",
      }));
    });
}
function fixtures(): readonly Program[] {
  const folder = join(root, "tests/fixtures/import");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".tune"))
    .map((file) => ({ name: file, text: read(join(folder, file)) }));
}

const read = (path: string): string => readFileSync(path, "utf8");
function clean(text: string): boolean {
  return parse({ id: "program", title: "program", text: withoutMagic(text) }, verbs).diagnostics.length === 0;
}
