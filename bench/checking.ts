/**
 * `tunebook bench checking`: measures how long `tunebook check` takes on a streamed file, sampled and complete, each
 * with an empty data cache. The file is generated from the quickstart's sentences, numbered so that no two are equal.
 */
import { spawnSync } from "node:child_process";
import {
  createWriteStream,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
  readdirSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { csv } from "#stdlib/sources/csv.run.js";
import { cachePath } from "#kernel/fetch/cache.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const main = fileURLToPath(new URL("../kernel/apps/cli/main.js", import.meta.url));
const program = `data d {
  source: csv("big.csv", stream: true)
  columns: { text: text, label: label }
  split: random(train: 90%, validation: 5%, test: 5%)
}
model m { base: "all-MiniLM-L6-v2", task: text_classification }
train m on d
`;

async function write(file: string, megabytes: number): Promise<void> {
  const world = { folder: join(root, "notebooks"), live: () => undefined };
  const rows = await csv.open({ kind: "source", word: "csv", arguments: { path: "data/sentiment.csv" } }, world);
  const [texts, labels] = [rows.array("text") as string[], rows.array("label") as string[]];
  const out = createWriteStream(file);
  let size = out.write("text,label\n") ? 11 : 0;
  for (let i = 0; size < megabytes * 1e6; i++) {
    const at = i % texts.length;
    const line = `"${String(texts[at]).replaceAll('"', '""')} ${String(i)} ${String(texts[(i * 7) % texts.length])
      .replaceAll('"', '""')
      .slice(0, 40)}",${String(labels[at])}\n`;
    size += Buffer.byteLength(line);
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

/** Seconds of one check. The cache contains everything except data and audits. */
function seconds(folder: string, ...options: readonly string[]): number {
  const cache = join(folder, "cache");
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache);
  for (const name of readdirSync(cachePath()))
    if (name !== "data" && name !== "audits") symlinkSync(join(cachePath(), name), join(cache, name));
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [main, "check", ...options, "big.tune"], {
    cwd: folder,
    env: { ...process.env, TUNEBOOK_CACHE: cache },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - begun) / 1000;
}

const { megabytes, runs } = new Command("checking")
  .option("--megabytes <n>", "size of the file", Number, 176)
  .option("--runs <n>", "of each, by turns", Number, 3)
  .parse()
  .opts<{ megabytes: number; runs: number }>();
const folder = mkdtempSync(join(tmpdir(), "tunebook-checking-"));
try {
  await write(join(folder, "big.csv"), megabytes);
  writeFileSync(join(folder, "big.tune"), program);
  const took = { part: [] as number[], whole: [] as number[] };
  for (let run = 0; run < runs; run++) {
    took.part.push(seconds(folder));
    took.whole.push(seconds(folder, "--whole"));
  }
  const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[of.length >> 1] ?? NaN;
  const ratios = took.part.map((part, i) => part / (took.whole[i] ?? NaN));
  console.log(
    `${processor()}; ${String(Math.round(statSync(join(folder, "big.csv")).size / 1e6))} MB, ${String(runs)} runs of each`,
  );
  console.log(
    table(
      ["check", "seconds (median)", "all"],
      [
        ["by a part", median(took.part).toFixed(1), took.part.map((s) => s.toFixed(1)).join(" ")],
        ["--whole", median(took.whole).toFixed(1), took.whole.map((s) => s.toFixed(1)).join(" ")],
        ["ratio", median(ratios).toFixed(2), ratios.map((s) => s.toFixed(2)).join(" ")],
      ],
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
