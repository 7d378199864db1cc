/**
 * `tunebook bench finetune`: runs the quickstart with Tunebook and with PyTorch (plain, and with length-grouped
 * batches), for full training and LoRA and several seeds, alternating in one run. Prints every result, then means,
 * medians and ratios; `--json FILE` saves all.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { rates } from "./finetune/program.js";
import { processor, report, type Result } from "./finetune/report.js";
import { lastLine } from "./last-line.js";

interface Options {
  readonly technique: "full" | "lora" | "both";
  readonly seeds: number;
  readonly first: number;
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
    for (let seed = options.first; seed < options.first + options.seeds; seed++) {
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
      // Rotates the order with the seed, so that no program always runs on the warmest machine.
      for (const [command = "", ...args] of [...programs.slice(seed % 3), ...programs.slice(0, seed % 3)]) {
        const result = await lastLine<Result>(command, args);
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

const command = new Command("tunebook bench finetune")
  .description("the quickstart's training by Tunebook and by PyTorch, alternating")
  .addOption(new Option("--technique <name>", "which to run").choices(["full", "lora", "both"]).default("both"))
  .option("--seeds <count>", "how many seeds", Number, 5)
  .option("--first <seed>", "the first of them", Number, 0)
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--json <file>", "keep every result");
await main(command.parse().opts<Options>());
