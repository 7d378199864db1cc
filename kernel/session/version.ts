/** Version of this package, from package.json. */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { objectWith, readJson } from "../fetch/json.js";

export const { version } = readJson(
  fileURLToPath(new URL("../../../package.json", import.meta.url)),
  objectWith({ version: v.string() }),
);
