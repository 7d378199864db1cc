/**
 * `node dist/bench/rows.js [--rows N] [--near] [--format FORMAT]`: prepares streamed rows of jsonl, csv and Parquet,
 * each in a separate process, for a quarter of the rows and for all. Preparing reads, cleans, splits, checks for leaks,
 * counts, hashes and writes to the cache. The peak resident memory must not grow with the rows. `--near`: also drops
 * near-duplicates of earlier rows.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { DataPlan, Value } from "#dsl/language/types/value.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { processor } from "./finetune/report.js";
import { formats, writeRows, type Format } from "./rows/files.js";
import { table } from "./table.js";

interface Prepared {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

async function prepared(folder: string, format: Format, near: boolean): Promise<Prepared> {
  const call = (kind: string, word: string, given: Readonly<Record<string, Value>>) => ({
    kind,
    word,
    arguments: given,
  });
  const plan: DataPlan = {
    name: "rows",
    folder,
    columns: { text: "text", label: "label" },
    labels: null,
    sample: null,
    seed: 0,
    source: call("source", format, { path: `rows.${format}`, stream: true }),
    clean: [
      call("cleaner", "drop_empty", {}),
      ...(near ? [call("cleaner", "drop_duplicates", { similarity: { share: 0.85 } })] : []),
    ],
    split: call("split", "random", { train: { share: 0.9 }, test: { share: 0.1 } }),
  };
  const from = performance.now();
  const { facts } = await prepareFetchedRows(plan, { folder, live: () => undefined });
  const seconds = (performance.now() - from) / 1000;
  const peak = /^VmHWM:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return { rows: facts.rowsIn, seconds, peakMiB: Math.round(Number(peak ?? 0) / 1024) };
}

function apart(format: Format, rows: number, near: boolean): Prepared & { readonly megabytes: number } {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-rows-"));
  try {
    writeRows(join(folder, `rows.${format}`), format, rows);
    const megabytes = statSync(join(folder, `rows.${format}`)).size / 1e6;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), "--in", folder, "--format", format, ...(near ? ["--near"] : [])],
      {
        encoding: "utf8",
        env: { ...process.env, TUNEBOOK_CACHE: join(folder, "cache") },
      },
    );
    if (status !== 0) throw new Error(stderr);
    return { ...(JSON.parse(stdout) as Prepared), megabytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const {
  rows,
  in: inside,
  format,
  near = false,
} = new Command()
  .option("--rows <count>", "rows of each file", Number, 1_000_000)
  .option("--in <folder>", "prepare what lies there, and print what it took")
  .option("--format <format>", "of what lies there, or the only one that is written")
  .option("--near", "drop near duplicates")
  .parse()
  .opts<{ rows: number; in?: string; format?: Format; near?: boolean }>();
if (inside !== undefined && format) process.stdout.write(JSON.stringify(await prepared(inside, format, near)));
else {
  process.stdout.write(`${processor()}\n\n`);
  const found = formats
    .filter((one) => format === undefined || one === format)
    .flatMap((one) => [rows / 4, rows].map((count) => ({ one, ...apart(one, Math.round(count), near) })));
  process.stdout.write(
    table(
      ["format", "rows", "MB", "s", "rows/s", "peak MiB"],
      found.map((f) => [
        ...[f.one, String(f.rows), f.megabytes.toFixed(0), f.seconds.toFixed(1)],
        ...[String(Math.round(f.rows / f.seconds)), String(f.peakMiB)],
      ]),
    ),
  );
}
