import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, textFilesParameter, downloadParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "jsonl",
  doc: "Rows of a file with one JSON object per line; a name that ends in `.gz`, `.zst` or `.zip` is unpacked.",
  example: 'source: jsonl("tickets.jsonl")',
  elsewhere: { filename: "path", file: "path", charset: "encoding", ndjson: "jsonl", json_lines: "jsonl" },
  parameters: [textFilesParameter, encodingParameter, ...downloadParameters, streamParameter],
  load: async () => (await import("./jsonl.run.js")).jsonl,
});
