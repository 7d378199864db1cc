/** Checks of files that unpack to a thousand times their size: they end in time and report the limit. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { columnFromArray, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { checkTuneSources, sourcesOfTuneFile } from "#kernel/apps/checking/checking.js";
import { readFetchedHeader } from "#kernel/data/sources/prepare.js";

const MiB = 2 ** 20;

describe("check of a compressed file", function () {
  this.timeout(60_000);
  let folder: string;
  const cache = process.env["TUNEBOOK_CACHE"];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-bombs-"));
    process.env["TUNEBOOK_CACHE"] = join(folder, "cache");
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes 1 GiB of data in a file of about 1 MB: one gzip member per MiB. */
  const bomb = (name: string, head: string, line: string): void => {
    const member = gzipSync(line.repeat(Math.ceil(MiB / line.length)), { level: 9 });
    writeFileSync(join(folder, name), Buffer.concat([gzipSync(head), ...new Array<Buffer>(1024).fill(member)]));
  };
  const check = async (source: string) => {
    const text = `data d { source: ${source}, columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }`;
    const file = join(folder, "a.tune");
    const begun = performance.now();
    const { diagnostics, facts } = await checkTuneSources(sourcesOfTuneFile(file, "a.tune", text), folder, {
      glance: true,
    });
    const [[, about] = []] = [...facts.about("data")];
    return { codes: diagnostics.map(({ code }) => code), about, took: performance.now() - begun };
  };
  const sources = {
    csv: ["text,label\n", "a good film about a dog,yes\n"],
    jsonl: ["", '{"text":"a good film","label":"yes"}\n'],
  } as const;
  for (const [word, [head, line]] of Object.entries(sources))
    for (const more of word === "csv" ? ["", ", stream: true"] : [""])
      it(`ends within 15 seconds with a warning for a decompression bomb: ${word}${more}`, async () => {
        bomb(`a.${word}.gz`, head, line);
        const { codes, about, took } = await check(`${word}("a.${word}.gz"${more})`);
        assert.ok(codes.includes("unpacks-far"), codes.join());
        assert.ok(about?.sampled && about.sampled.of > about.sampled.rows);
        assert.ok(took < 15_000, `${took.toFixed(0)} ms`);
      });
  it("samples a table with many rows", async () => {
    const rows = 600_000;
    const half = new Array<string>(rows).fill("a");
    const type = utf8();
    const columns = { text: columnFromArray(half, type), label: columnFromArray(half, type) };
    const bytes = tableToIPC(tableFromColumns(columns), { format: "file" });
    assert.ok(bytes);
    writeFileSync(join(folder, "a.arrow"), bytes);
    const { codes, about } = await check('arrow("a.arrow")');
    assert.ok(about?.sampled && about.sampled.rows < rows, JSON.stringify([codes, about?.rowsIn, about?.sampled]));
  });
  it("reads an ordinary file completely", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `film ${String(i * 7919)},${i % 3 ? "yes" : "no"}\n`);
    writeFileSync(join(folder, "honest.csv.gz"), gzipSync(`text,label\n${rows.join("")}`));
    const { codes, about } = await check('csv("honest.csv.gz")');
    assert.deepEqual(codes, []);
    assert.deepEqual([about?.rowsIn, about?.sampled], [3000, undefined]);
  });
  it("reads the header alone within 5 seconds", async () => {
    bomb("b.csv.gz", "text,label\n", "a,b\n");
    const call = { kind: "source", word: "csv", arguments: { path: "b.csv.gz" } } as const;
    const begun = performance.now();
    const { columns } = await readFetchedHeader(call, { folder, live: () => undefined });
    assert.deepEqual(columns, ["text", "label"]);
    assert.ok(performance.now() - begun < 5000);
  });
});
