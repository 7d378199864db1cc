/** Figures of size: files, lines, and second-level modules. */
import type { Count, Figure, Tree } from "../figure.js";
import { countOf } from "../figure.js";

/** Folders whose subfolders count as separate modules. */
const SPLIT = new Set(["kernel/features", "kernel/data", "kernel/apps", "dsl/compiler", "dsl/tensor"]);

/**
 * Returns the module of a file, such as `kernel/features/train`, `stdlib/metrics` or `dsl/compiler/plan`. Files
 * directly in a package form a module with the package's name.
 */
export function moduleOf(file: string): string {
  const parts = file.split("/");
  const second = parts.slice(0, 2).join("/");
  if (parts.length < 3) return parts[0] ?? "";
  return SPLIT.has(second) && parts.length > 3 ? parts.slice(0, 3).join("/") : second;
}

export function moduleSizes(files: readonly string[]): readonly (readonly [module: string, files: number])[] {
  const sizes = new Map<string, number>();
  for (const file of files) sizes.set(moduleOf(file), (sizes.get(moduleOf(file)) ?? 0) + 1);
  return [...sizes].sort((a, b) => b[1] - a[1]);
}

function largestModule({ sources }: Tree): Count {
  const sizes = moduleSizes(sources.map(({ file }) => file));
  const places = sizes.slice(0, 10).map(([file, files]) => ({ file, what: `${String(files)} files` }));
  return { value: sizes[0]?.[1] ?? 0, places };
}

const filesIn = (tree: Tree, folder: string): readonly string[] =>
  tree.tracked.filter((file) => file.startsWith(`${folder}/`));
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export const sizeFigures: readonly Figure[] = [
  {
    name: "tracked files",
    bar: 5200,
    mayGrow: true,
    count({ tracked }) {
      const folders = moduleSizes(tracked.map((file) => `${file.split("/")[0] ?? ""}/x/x`));
      const places = folders.map(([module, files]) => ({
        file: module.replace(/\/x$/, ""),
        what: `${String(files)} files`,
      }));
      return { value: tracked.length, places };
    },
  },
  {
    name: "lines of tests/corpus",
    bar: 9000,
    mayGrow: true,
    count(tree) {
      const lines = filesIn(tree, "tests/corpus").map((file) => ({ file, lines: tree.lines(file) }));
      const largest = [...lines].sort((a, b) => b.lines - a.lines).slice(0, 10);
      return {
        value: sum(lines.map(({ lines: count }) => count)),
        places: largest.map(({ file, lines: count }) => ({ file, what: `${String(count)} lines` })),
      };
    },
  },
  {
    name: "files of docs/reference",
    bar: 120,
    mayGrow: true,
    count: (tree) => countOf(filesIn(tree, "docs/reference").map((file) => ({ file }))),
  },
  { name: "files of the largest module", bar: 120, mayGrow: true, count: largestModule },
  {
    name: "files of kernel/session",
    bar: 30,
    mayGrow: true,
    count: ({ sources }) =>
      countOf(sources.filter(({ file }) => file.startsWith("kernel/session/")).map(({ file }) => ({ file }))),
  },
];
