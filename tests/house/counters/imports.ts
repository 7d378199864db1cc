/**
 * Figures of the import graph. Types count like values; imports through a re-export count as imports of its target.
 */
import { circlesIn } from "#tests/imports.js";
import { countOf, type Figure } from "../figure.js";
import type { Place, SourceFile } from "../file.js";

type Files = ReadonlyMap<string, SourceFile>;
const byPath = (sources: readonly SourceFile[]): Files => new Map(sources.map((source) => [source.file, source]));

/** Lists of all records of a kind, which import one file per entry. */
const TABLES = new Set(["dsl/tensor/table.ts", "dsl/codes.ts", "stdlib/codes.ts", "kernel/codes.ts"]);
const MOST = 20;

/** Returns the modules that a file imports, including the targets of re-exports. */
export function importedModules(source: SourceFile, files: Files): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const { target, names } of source.imports) {
    const reExports = files.get(target)?.reExports ?? [];
    if (names === null || names.length === 0) {
      modules.add(target);
      if (names === null) for (const [, origin] of reExports) modules.add(origin);
      continue;
    }
    for (const name of names) for (const module of originsOf(target, name, files)) modules.add(module);
  }
  return modules;
}
/** Returns the files that may define a name; with `export *` there may be several. */
function originsOf(target: string, name: string, files: Files): readonly string[] {
  const reExports = files.get(target)?.reExports ?? [];
  const named = reExports.find(([exported]) => exported === name);
  if (named) return [named[1]];
  const all = reExports.filter(([exported]) => exported === "*").map(([, origin]) => origin);
  return [target, ...all];
}

function importCounts(sources: readonly SourceFile[]): Place[] {
  const files = byPath(sources);
  return sources
    .filter(({ file }) => !TABLES.has(file))
    .map((source) => ({ file: source.file, imports: importedModules(source, files).size }))
    .sort((a, b) => b.imports - a.imports)
    .map(({ file, imports }) => ({ file, what: `${String(imports)} imports` }));
}
const importsIn = ({ what }: Place): number => Number.parseInt(what ?? "0", 10);

/**
 * Edges between sibling folders: package or folder, then both names. `.` stands for the files directly in a folder.
 */
type Edges = ReadonlyMap<string, Place>;
export function folderEdges(sources: readonly SourceFile[], ownFiles: boolean): Edges {
  const files = byPath(sources);
  const edges = new Map<string, Place>();
  for (const { file, imports } of sources)
    for (const { target } of imports) {
      if (!files.has(target)) continue;
      const [a, b] = [file.split("/"), target.split("/")];
      let depth = 0;
      while (a[depth] === b[depth] && depth < a.length - 1) depth++;
      const parts = [a, b].map((path) => (depth === path.length - 1 ? "." : (path[depth] ?? ".")));
      if (depth === 0 || (!ownFiles && parts.includes("."))) continue;
      const key = [a.slice(0, depth).join("/"), ...parts].join(" ");
      if (!edges.has(key)) edges.set(key, { file, what: `imports ${target}` });
    }
  return edges;
}
/** Returns pairs of folders that import each other, with one import in each direction. */
export function mutualPairs(edges: Edges): readonly Place[] {
  return [...edges].flatMap(([key, place]) => {
    const [folder = "", a = "", b = ""] = key.split(" ");
    const back = edges.get([folder, b, a].join(" "));
    if (a >= b || !back) return [];
    return [{ file: folder, what: `${a} ↔ ${b}: ${place.file} ${place.what ?? ""}, ${back.file} ${back.what ?? ""}` }];
  });
}

function circles(sources: readonly SourceFile[]): Place[] {
  const graph = new Map(sources.map(({ file, imports }) => [file, imports.map(({ target }) => target)]));
  return circlesIn(graph).map((circle) => ({ file: circle[0] ?? "", what: circle.join(" → ") }));
}

const FEATURE = /^kernel\/features\/([^/]+)\//;
/** Returns imports of one feature by another; every feature may import `train`. */
export function crossFeature(sources: readonly SourceFile[]): Place[] {
  return sources.flatMap(({ file, imports }) => {
    const feature = FEATURE.exec(file)?.[1];
    if (feature === undefined) return [];
    const others = imports.filter(({ target }) => {
      const other = FEATURE.exec(target)?.[1];
      return other !== undefined && other !== feature && other !== "train";
    });
    return others.map(({ target }) => ({ file, what: `imports ${target}` }));
  });
}

export const importFigures: readonly Figure[] = [
  {
    name: `files with more than ${String(MOST)} imports`,
    bar: 15,
    count: ({ sources }) => countOf(importCounts(sources).filter((place) => importsIn(place) > MOST)),
  },
  {
    name: "most imports of a file",
    bar: 25,
    count({ sources }) {
      const places = importCounts(sources).slice(0, 10);
      return { value: places[0] ? importsIn(places[0]) : 0, places };
    },
  },
  {
    name: "mutual pairs of folders",
    bar: 0,
    count: ({ sources }) => countOf(mutualPairs(folderEdges(sources, false))),
  },
  {
    name: "mutual pairs in kernel/session, its own files counted",
    bar: 0,
    count: ({ sources }) => {
      const pairs = mutualPairs(folderEdges(sources, true));
      return countOf(pairs.filter(({ file }) => file === "kernel/session"));
    },
  },
  { name: "import circles", bar: 0, count: ({ sources }) => countOf(circles(sources)) },
  { name: "imports of one feature by another", bar: 0, count: ({ sources }) => countOf(crossFeature(sources)) },
];
