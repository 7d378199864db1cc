import type { Word } from "#dsl/registry.js";
import { encoding, path } from "./parameters.js";

export const word: Word = {
  kind: "source",
  name: "json",
  doc: "Rows of a JSON file: an array of objects (also under one key), or an object of columns.",
  example: 'source: json("tickets.json")',
  since: "0.1.0",
  elsewhere: { filename: "path", file: "path", charset: "encoding" },
  parameters: [path, encoding],
  load: async () => (await import("./json.run.js")).json,
};
