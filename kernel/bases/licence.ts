/** The licence that a base's own card names, and whether it lets what is made of the base be passed on. */
import { join } from "node:path";
import { readWhole } from "../fetch/regular.js";
import type { Base } from "../core/bases/base.js";

/** As the card's front matter has it (`apache-2.0`, `cc-by-nc-nd-4.0`); null: it says nothing. */
export function licenceOf({ folder }: Pick<Base, "folder">): string | null {
  const text = textIn(join(folder, "README.md"));
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? "";
  return /^license:[ \t]*["']?([\w.+-]+)["']?[ \t]*$/m.exec(front)?.[1]?.toLowerCase() ?? null;
}

/** "No derivatives": a tuned model is one. */
export function forbidsChanges(licence: string): boolean {
  return /(?:^|-)nd(?:-|$)/.test(licence);
}

function textIn(file: string): string {
  try {
    return readWhole(file, 2 ** 20)?.toString("utf8") ?? "";
  } catch {
    return "";
  }
}
