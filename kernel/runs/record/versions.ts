/**
 * Versions of the software that a run's numbers depend on: Tunebook, Node, the engine's library, and the packages that
 * tokenize texts and draw random numbers.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { objectWith, readJsonCacheFile } from "../../fetch/json.js";
import type { EngineInfo } from "../../engines/engine.js";
import { engines } from "../../engines/engines.js";

/** Packages that determine tokens, templates and random draws with every engine. */
const ALWAYS = ["@anush008/tokenizers", "@huggingface/jinja", "pure-rand"] as const;

export function softwareVersions(
  { name, title }: Pick<EngineInfo, "name" | "title">,
  tunebook: string,
): Readonly<Record<string, string>> {
  const library = /^(.*?) (\d[\w.+-]*)/.exec(title);
  return {
    tunebook,
    node: process.versions.node,
    ...(library && { [library[1]!]: library[2]! }),
    ...Object.fromEntries(
      [...engines[name].packages, ...ALWAYS].flatMap((one) => {
        const found = packageVersion(one);
        return found === null ? [] : [[one, found]];
      }),
    ),
  };
}

const known = new Map<string, string | null>();

/**
 * Returns the version of the package in the nearest `node_modules` folder, from this package's folder upwards; null if
 * it is not installed.
 */
export function packageVersion(name: string): string | null {
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = installed(name, dirname(fileURLToPath(import.meta.url)));
  known.set(name, found);
  return found;
}

function installed(name: string, from: string): string | null {
  const file = join(from, "node_modules", name, "package.json");
  const found = readJsonCacheFile(file, objectWith({ version: v.string() }));
  if (found) return found.version;
  return dirname(from) === from ? null : installed(name, dirname(from));
}
