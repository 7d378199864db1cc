/** The version of this package, as package.json has it. */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { fields, readJson } from "../fetch/json.js";

export const { version } = readJson(
  fileURLToPath(new URL("../../../package.json", import.meta.url)),
  fields({ version: v.string() }),
);
