/** The page's substitutes for Node's streams and buffers: with them, csv-parse reads the same as with Node's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "csv-parse";
import { build, type BuildOptions } from "esbuild";
import fc from "fast-check";

type Parse = typeof parse;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const options = {
  record_delimiter: ["\r\n", "\n", "\r"],
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: 200,
};

/** Returns the records in order, or the code and place of an error. */
async function read(by: Parse, pieces: readonly string[]): Promise<unknown> {
  const records: unknown[] = [];
  const parser = by({
    ...options,
    on_record: (record: string[], { lines }) => {
      records.push([record, lines]);
      return null;
    },
  });
  parser.resume();
  const ended = new Promise((resolve) => {
    parser.on("end", () => resolve(records));
    parser.on("error", ({ code }: { code?: string }) => resolve([...records, code]));
  });
  for (const piece of pieces) parser.write(piece);
  parser.end();
  return ended;
}

describe("CSV parser of the page", () => {
  let ours: Parse;
  before(async () => {
    const { browser } = (await import(pathToFileURL(join(root, "page/build.mjs")).href)) as { browser: BuildOptions };
    const { outputFiles } = await build({
      ...browser,
      format: "esm",
      stdin: { contents: 'export { parse } from "csv-parse";', resolveDir: root },
    });
    const code = Buffer.from(outputFiles?.[0]?.contents ?? []).toString("base64");
    ({ parse: ours } = (await import(`data:text/javascript;base64,${code}`)) as { parse: Parse });
  });

  it("reads the same as Node's parser, however the input is split", async () => {
    const unit = fc.constantFrom('"', ",", "\n", "\r\n", "a", "é", "漢", "🙂", " ", "\ufeff", '""', "x".repeat(90));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(unit, { maxLength: 12 }).map((parts) => parts.join(""))), async (pieces) => {
        assert.deepEqual(await read(ours, pieces), await read(parse, pieces));
      }),
      { numRuns: 400 },
    );
  });
});
