/** Describes each file of the page by its name and content: a table to train on, a model's config, text. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { byteSizeText as sizeText, plural } from "#kernel/host/value-text.js";
import { registry } from "#stdlib/registry.js";
import { parseConfig } from "./bases.js";
import { disk, fileNameOf, type DiskFile } from "./disk.js";
import type { FileListEntry } from "./protocol.js";

const world = {
  folder: ".",
  live: () => undefined,
};
const sources: readonly (readonly [RegExp, string])[] = [
  [/\.(csv|tsv)(\.gz)?$/i, "csv"],
  [/\.(jsonl|ndjson)(\.gz)?$/i, "jsonl"],
  [/\.json(\.gz)?$/i, "json"],
];

export function fileListEntries(): Promise<readonly FileListEntry[]> {
  return Promise.all(disk.files.map(lineOf));
}

async function lineOf(file: DiskFile): Promise<FileListEntry> {
  const { path, bytes } = file;
  const line = { path, bytes: bytes.length, broken: false, use: null };
  try {
    if (fileNameOf(path) === "config.json") {
      const type = parseConfig(path, bytes)["model_type"];
      const base = path.split("/").at(-2) ?? "model";
      return {
        ...line,
        is: "model",
        about: `model ${String(type ?? "of no named type")}`,
        use: `base: ${JSON.stringify(base)}`,
      };
    }
    if (/^(tokenizer|tokenizer_config|special_tokens_map)\.json$/.test(fileNameOf(path)))
      return { ...line, is: "tokenizer", about: `tokenizer, ${sizeText(bytes.length)}` };
    const word = sources.find(([ending]) => ending.test(path))?.[1];
    if (word === undefined) return { ...line, is: "text", about: sizeText(bytes.length) };
    const use = `source: ${word}(${JSON.stringify(path)}${/\.tsv/i.test(path) ? ', delimiter: "\\t"' : ""})`;
    try {
      const source = await implementationOf(registry, "source", word);
      const more = /\.tsv/i.test(path) ? { delimiter: "\t" } : {};
      const table = await source.open({ kind: "source", word, arguments: { path, ...more } }, world);
      const columns = table.columnNames().filter((name) => name !== "$row");
      return { ...line, is: "table", use, about: `${plural(table.numRows(), "row")}: ${columns.join(", ")}` };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { ...line, is: "table", use, broken: true, about: diagnosticText(error).message };
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { ...line, is: "text", broken: true, about: diagnosticText(error).message };
  }
}
