/**
 * `node dist/bench/tokenising.js [--rows N] [--rounds N] [--bases A,B]`: tokenises a streamed split to disk, as a
 * training does. It is compared with the Python library on 2 threads, alternating, each in a separate process. The
 * texts are repeated from a real data set, each with a number in front.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { DataPlan } from "#dsl/language/types/value.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { openOrMakeTokenFile } from "#kernel/data/sources/token-file.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { median } from "./quality/report.js";
import { processor } from "./finetune/report.js";
import { SETS } from "./judging/sets.js";
import { table } from "./table.js";

interface Ours {
  readonly seconds: number;
  readonly tokens: number;
  readonly peakMiB: number;
}
interface Peer {
  readonly encoding: number;
  readonly whole: number;
  readonly tokens: number;
  readonly version: string;
}

/** All rows go into one split; `TUNEBOOK_CACHE` is a folder of this run. */
async function split(folder: string) {
  const plan: DataPlan = {
    name: "rows",
    folder,
    columns: { text: "text" },
    labels: null,
    sample: null,
    seed: 0,
    clean: [],
    source: { kind: "source", word: "jsonl", arguments: { path: "rows.jsonl", stream: true } },
    split: { kind: "split", word: "by_column", arguments: { column: "part", train: "train" } },
  };
  const { streamed } = await prepareFetchedRows(plan, { folder, live: () => undefined });
  return streamed!["train"]!;
}

async function ours(folder: string, base: string): Promise<Ours> {
  const rows = await split(folder);
  for (const file of readdirSync(rows.folder)) if (/\.(tokens|lengths)$/.test(file)) rmSync(join(rows.folder, file));
  const tokenizer = await loadTokenizer(base);
  await tokenizer.encode(["one text, so that the process of the tokenizer is there"], 128);
  const from = performance.now();
  const { lengths } = await openOrMakeTokenFile(rows, tokenizer);
  const seconds = (performance.now() - from) / 1000;
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { seconds, tokens: lengths.reduce((a, b) => a + b, 0), peakMiB };
}

async function writeTexts(file: string, rows: number): Promise<void> {
  const texts = (await SETS.find(({ name }) => name === "sentiment")!.rows()).map(({ text }) => text);
  const fd = openSync(file, "w");
  for (let at = 0; at < rows; at += 10_000)
    writeSync(
      fd,
      Array.from({ length: Math.min(10_000, rows - at) }, (_, i) => {
        const row = { text: `${at + i} ${texts[(at + i) % texts.length] ?? ""}`, part: "train" };
        return `${JSON.stringify(row)}\n`;
      }).join(""),
    );
  closeSync(fd);
}

function run<T>(program: string, given: readonly string[], env: NodeJS.ProcessEnv): T {
  const { stdout, stderr, status } = spawnSync(program, given, { encoding: "utf8", env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

interface Options {
  readonly rows: number;
  readonly rounds: number;
  readonly bases: string;
  readonly in?: string;
  readonly base?: string;
}

async function beside(o: Options): Promise<void> {
  const { python } = await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) });
  const bases = await Promise.all(
    o.bases.split(",").map(async (name) => ({ name, folder: (await resolveBase(name, { folder: "." })).folder })),
  );
  const folder = mkdtempSync(join(tmpdir(), "tunebook-tokenising-"));
  try {
    const file = join(folder, "rows.jsonl");
    await writeTexts(file, o.rows);
    console.log(`${processor()}; ${o.rows} texts, ${(statSync(file).size / 1e6).toFixed(0)} MB\n`);
    const found = bases.map(({ name, folder: base }) => {
      const rounds = Array.from({ length: o.rounds }, () => ({
        ours: run<Ours>(process.execPath, [fileURLToPath(import.meta.url), "--in", folder, "--base", base], {
          TUNEBOOK_CACHE: join(folder, "cache"),
        }),
        peer: run<Peer>(
          python,
          [
            fileURLToPath(new URL("../../bench/peers/tokenizers_encode.py", import.meta.url)),
            ...[file, "--tokenizer", join(base, "tokenizer.json"), "--out", join(folder, "ids")],
          ],
          { RAYON_NUM_THREADS: "2", TOKENIZERS_PARALLELISM: "true" },
        ),
      }));
      const of = (what: (round: (typeof rounds)[number]) => number) => median(rounds.map(what));
      const [mine, encoding, whole] = [
        of((r) => r.ours.seconds),
        of((r) => r.peer.encoding),
        of((r) => r.peer.whole),
      ] as const;
      const same = rounds.every((r) => r.ours.tokens === r.peer.tokens) ? "same" : "NOT THE SAME";
      return [
        ...[name, `${((rounds[0]?.ours.tokens ?? 0) / 1e6).toFixed(1)} M, ${same}`],
        ...[mine.toFixed(1), encoding.toFixed(1), whole.toFixed(1)],
        ...[(encoding / mine).toFixed(2), (whole / mine).toFixed(2), String(of((r) => r.ours.peakMiB))],
      ];
    });
    console.log(
      table(
        ["tokenizer", "tokens", "ours s", "encode_batch s", "read + encode + write s", "ratio", "ratio", "peak MiB"],
        found,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const options = new Command()
  .option("--rows <count>", "texts", Number, 1_000_000)
  .option("--rounds <count>", "of each side", Number, 3)
  .option(
    "--bases <names>",
    "whose tokenizers",
    "sentence-transformers/all-MiniLM-L6-v2,HuggingFaceTB/SmolLM2-135M-Instruct",
  )
  .option("--in <folder>", "make tokens of what lies there, and print what it took")
  .option("--base <folder>", "by the tokenizer that lies there")
  .parse()
  .opts<Options>();
if (options.in !== undefined && options.base !== undefined)
  process.stdout.write(JSON.stringify(await ours(options.in, options.base)));
else await beside(options);
