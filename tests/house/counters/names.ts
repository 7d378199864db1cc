/** Figures about words in names: files named by a participle, and features that the training loop names. */
import { basename } from "node:path";
import ts from "typescript";
import { countOf, type Figure } from "../figure.js";
import { lineOf, type Place, type SourceFile } from "../file.js";

/** Participles and adverbs that say nothing alone. Terms of the field (`quantized`, `federated`) are excluded. */
const BARE = new Set(
  [
    "answered asked begun brought built carried caught changed chosen dealt drawn forgotten found given glanced",
    "happened held kept known learnt lent left looked made meant named offered parted",
    "rebound reckoned rewritten said seen sent served shown swept taken taught told touched tried",
    "unheld watched written",
    "about alike alone apart around below beside earlier elsewhere enough evenly except here less near once onward",
    "since there together towards whole within",
  ].flatMap((words) => words.split(" ")),
);
export function hasBareName(file: string): boolean {
  return BARE.has(basename(file).replace(/(\.run|\.impl|\.test)?\.ts$/, ""));
}

const FEATURE = /^(federat.*|privat.*|gangs?|hubs?|ranks?|dynamics|sweeps?|trials?|among|exact)$/i;
const LOOP = "kernel/training/loop/";
/** Files of the training loop, while it has no folder of its own. */
const LOOP_FILES = new Set(["train", "steps", "pipeline", "contract"].map((name) => `kernel/training/${name}.ts`));

/** Splits a camel-case name or a path into words. */
const wordsOf = (name: string): readonly string[] => name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);

/** Returns the lines that name a feature by an identifier or an import. */
export function featureLines({ file, tree }: SourceFile): Place[] {
  const lines = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const isPath = ts.isStringLiteral(node) && ts.isImportDeclaration(node.parent);
    if (ts.isIdentifier(node) || isPath)
      if (wordsOf(node.text).some((word) => FEATURE.test(word))) lines.set(lineOf(tree, node), node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...lines].map(([line, what]) => ({ file, line, what }));
}
function loopLines(sources: readonly SourceFile[]): Place[] {
  const inFolder = sources.filter(({ file }) => file.startsWith(LOOP));
  const loop = inFolder.length > 0 ? inFolder : sources.filter(({ file }) => LOOP_FILES.has(file));
  return loop.flatMap(featureLines);
}

export const nameFigures: readonly Figure[] = [
  {
    name: "files named by a participle or adverb",
    bar: 3,
    count: ({ sources }) => countOf(sources.filter(({ file }) => hasBareName(file)).map(({ file }) => ({ file }))),
  },
  { name: "lines of the loop that name a feature", bar: 0, count: ({ sources }) => countOf(loopLines(sources)) },
];
