/**
 * Committed texts of the gallery, one file per feature: `sweep.txt` has the sections `== sweep`, `== sweep-best`, … in
 * the order of the gallery. The feature is the part of a name before the first hyphen.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../../../../tests/golden/display/", import.meta.url);
const featureOf = (name: string): string => name.split("-")[0] ?? name;
const fileOf = (feature: string): URL => new URL(`${feature}.txt`, folder);

/** Returns the sections of a feature's file by name; empty if there is no file. */
export function sectionsOf(feature: string): ReadonlyMap<string, string> {
  const [, ...sections] = `\n${textOf(feature)}`.split(/\n== (?=[a-z0-9-]+\n)/);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end + 1)] as const;
    }),
  );
}
function textOf(feature: string): string {
  try {
    return readFileSync(fileOf(feature), "utf8");
  } catch {
    return ""; // not written yet
  }
}

export const committed = (name: string): string | undefined => sectionsOf(featureOf(name)).get(name);

/**
 * Writes one section and leaves the others. `names` is the gallery in its order; sections with other names are dropped.
 */
export function writeSection(name: string, text: string, names: readonly string[]): void {
  const sections = new Map(sectionsOf(featureOf(name))).set(name, text);
  const written = names.flatMap((one) => {
    const section = sections.get(one);
    return section === undefined || featureOf(one) !== featureOf(name) ? [] : [`== ${one}\n${section}`];
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(featureOf(name)), written.join("\n"));
}

export const committedNames = (features: Iterable<string>): readonly string[] =>
  [...new Set([...features].map(featureOf))].flatMap((feature) => [...sectionsOf(feature).keys()]);
