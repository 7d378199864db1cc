/** The import graph of the sources, for values and types. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Returns every source file of a top-level folder (`dsl`) with the files it imports, all as paths from the root. */
export function importsOf(room: string): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => join(room, file));
  return new Map(files.map((file) => [file, importedBy(file)]));
}

function importedBy(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName }) => {
    const source = fileName.replace(/\.js$/, ".ts");
    if (source.startsWith("#")) return [source.slice(1)];
    return source.startsWith(".") ? [relative(root, resolve(root, dirname(file), source))] : [];
  });
}

/**
 * Returns every module of ours that loads with a compiled module (`dist/kernel/…js`), including itself. Types are
 * erased; dynamic imports are not followed.
 */
export function loadedWith(module: string): ReadonlySet<string> {
  const found = new Set([module]);
  for (const file of found)
    for (const { fileName } of ts.preProcessFile(withoutLater(readFileSync(join(root, file), "utf8"))).importedFiles) {
      if (fileName.startsWith(".")) found.add(relative(root, resolve(root, dirname(file), fileName)));
      else if (/^#(?:dsl|stdlib|kernel)\//.test(fileName)) found.add(join("dist", fileName.slice(1)));
    }
  return found;
}
const withoutLater = (text: string): string => text.replace(/\bimport\(/g, "later(");

/** Returns each import cycle once (Tarjan 1972); an empty result means that all imports point one way. */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const lowOf = (file: string): number => low.get(file) ?? Infinity;
  const visit = (file: string): void => {
    found.set(file, found.size);
    low.set(file, found.size - 1);
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue;
      if (!found.has(next)) visit(next);
      if (path.includes(next)) low.set(file, Math.min(lowOf(file), lowOf(next)));
    }
    if (lowOf(file) !== found.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of imports.keys()) if (!found.has(file)) visit(file);
  return circles;
}
