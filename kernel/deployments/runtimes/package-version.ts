/** Reads a package's version from its folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { objectWith, parseJsonAs } from "../../fetch/json.js";

export function packageVersionIn(folder: string): string {
  return parseJsonAs(readFileSync(join(folder, "package.json"), "utf8"), objectWith({ version: v.string() })).version;
}
