/**
 * `tunebook bench finetune`: the quickstart by Tunebook and by PyTorch (plain, and with batches of like length), full and
 * LoRA, several seeds, alternating in one run. Prints every result, then means, medians and ratios; `--json FILE` keeps all.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { rates } from "./finetune/program.js";
import { table } from "./table.js";

interface Result {
  readonly program: string;
  readonly technique: "full" | "lora";
  readonly seed: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly tokensPerSecond: number;
}
interface Options {
  readonly technique: "full" | "lora" | "both";
  readonly seeds: number;
  readonly engine: string;
  readonly json?: string;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const data = path("../../notebooks/data/sentiment.csv");

async function main(options: Options): Promise<void> {
  const { python } = await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) });
  const results: Result[] = [];
  const techniques = options.technique === "both" ? (["full", "lora"] as const) : [options.technique];
  for (const technique of techniques) {
    for (let seed = 0; seed < options.seeds; seed++) {
      const rate = rates[technique];
      const setting = { data, technique, rate, seed, engine: options.engine };
      const peer = [
        path("../../bench/peers/torch_finetune.py"),
        data,
        "--technique",
        technique,
        "--rate",
        String(rate),
        "--seed",
        String(seed),
      ];
      const programs = [
        [process.execPath, path("./finetune/ours.js"), JSON.stringify(setting)],
        [python, ...peer],
        [python, ...peer, "--group-by-length"],
      ];
      // The order turns with the seed, so that no program always runs on the warmest machine.
      for (const [command = "", ...args] of [...programs.slice(seed % 3), ...programs.slice(0, seed % 3)]) {
        const result = await lastLine(command, args);
        results.push(result);
        console.error(
          `${technique} seed ${seed}: ${result.program} ${result.accuracy.toFixed(3)} in ${result.seconds.toFixed(1)} s`,
        );
      }
    }
  }
  console.log(report(results));
  if (options.json !== undefined)
    writeFileSync(
      options.json,
      `${JSON.stringify({ at: new Date().toISOString(), processor: processor(), node: process.version, results }, null, 1)}\n`,
    );
}

function report(results: readonly Result[]): string {
  const rows = [...grouped(results)].map(([name, group]) => {
    const ours = results.filter((r) => r.technique === group[0]?.technique && r.program === "tunebook");
    const seconds = median(group.map((r) => r.seconds));
    return [
      name,
      mean(group.map((r) => r.accuracy)).toFixed(4),
      group.map((r) => r.accuracy.toFixed(3)).join(" "),
      seconds.toFixed(1),
      `${Math.min(...group.map((r) => r.seconds)).toFixed(1)} – ${Math.max(...group.map((r) => r.seconds)).toFixed(1)}`,
      median(group.map((r) => r.tokensPerSecond)).toFixed(0),
      (seconds / median(ours.map((r) => r.seconds))).toFixed(2),
    ];
  });
  const head = ["", "accuracy", "each seed", "seconds", "min – max", "tokens/s", "times ours"];
  return `${processor()}, Node ${process.version}\n${table(head, rows)}`;
}

function grouped(results: readonly Result[]): Map<string, Result[]> {
  const groups = new Map<string, Result[]>();
  for (const r of results)
    groups.set(`${r.technique} ${r.program}`, [...(groups.get(`${r.technique} ${r.program}`) ?? []), r]);
  return groups;
}

/** The JSON on the last line that a program prints; its other lines go to standard error. */
function lastLine(command: string, args: readonly string[]): Promise<Result> {
  return new Promise((done, reject) => {
    const env = { ...process.env, HF_HUB_OFFLINE: "1", TRANSFORMERS_VERBOSITY: "error", TQDM_DISABLE: "1" };
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      const line = Buffer.concat(chunks).toString().trim().split("\n").at(-1) ?? "";
      if (status === 0) done(JSON.parse(line) as Result);
      else reject(new Error(`${command} ${args.join(" ")} ended with status ${String(status)}`));
    });
  });
}

function processor(): string {
  const name =
    process.platform === "linux"
      ? /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]
      : undefined;
  return `${name ?? cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

const command = new Command("tunebook bench finetune")
  .description("the quickstart's training by Tunebook and by PyTorch, alternating")
  .addOption(new Option("--technique <name>", "which to run").choices(["full", "lora", "both"]).default("both"))
  .option("--seeds <count>", "seeds 0 … count − 1", Number, 5)
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--json <file>", "keep every result");
await main(command.parse().opts<Options>());
