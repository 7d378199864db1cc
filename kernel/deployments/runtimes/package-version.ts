/** The version of a package, of the folder that it lies in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { fields, jsonIn } from "../../fetch/json.js";

export function versionIn(folder: string): string {
  return jsonIn(readFileSync(join(folder, "package.json"), "utf8"), fields({ version: v.string() })).version;
}
