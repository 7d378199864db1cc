/** The licence named by a base's own files, and whether it permits distributing derived models. */
import { join } from "node:path";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { readWholeFile } from "../fetch/regular.js";
import { parseYaml } from "../fetch/yaml.js";
import type { BaseModel } from "./base.js";

/**
 * Licence as in the card's front matter (`apache-2.0`, `cc-by-nc-nd-4.0`). With several, or with one that has its own
 * name, the most restrictive. If the card names none, the name in the licence file. Null: none is named.
 */
export function licenceOf({ folder }: Pick<BaseModel, "folder">): string | null {
  const named = namedIn(textIn(join(folder, "README.md")));
  return named.find(forbidsChanges) ?? named[0] ?? ofText(folder);
}

/** "No derivatives": a tuned model is one. */
export function forbidsChanges(licence: string): boolean {
  return /(?:^|[-_ ])(?:nd(?:[-_ ]|$)|no-?[-_ ]?deriv)/.test(licence);
}

function namedIn(card: string): readonly string[] {
  const front = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? "";
  const fields = frontMatter(front);
  const { license, license_name: licenseName } = isRecord(fields) ? fields : {};
  return [license, licenseName]
    .flat()
    .filter((one): one is string => typeof one === "string" && one.trim() !== "")
    .map((one) => one.trim().toLowerCase());
}
function frontMatter(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 0, logLevel: "error" });
  } catch {
    // A malformed front matter may still have a readable line.
    const line = /^license:[ \t]*["']?([\w.+-]+)["']?[ \t]*$/m.exec(text)?.[1];
    return line === undefined ? null : { license: line };
  }
}

/** Name by the opening words of Creative Commons' licence texts. */
function ofText(folder: string): string | null {
  for (const name of ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt"]) {
    const head = textIn(join(folder, name)).slice(0, 2000);
    if (/attribution[-\s]+(?:non-?commercial[-\s]+)?no-?derivati/i.test(head) || /\bCC[- ]BY(?:-NC)?-ND\b/i.test(head))
      return /non-?commercial|-NC-/i.test(head) ? "cc-by-nc-nd" : "cc-by-nd";
  }
  return null;
}

function textIn(file: string): string {
  try {
    return readWholeFile(file, 2 ** 20)?.toString("utf8") ?? "";
  } catch {
    return "";
  }
}
