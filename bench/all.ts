/**
 * `tunebook bench all`: measures every row of the step table, for Tunebook and PyTorch alternating in one run. For each
 * row it prints the ratio of the medians, the share of the matrix-product peak measured in the same runs, and peak
 * memory. `--json FILE` saves all results.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { head, rowText, type Measured } from "./all/row.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

interface Options {
  readonly models: string;
  readonly techniques: string;
  readonly dtypes: string;
  readonly engines: string;
  readonly runs: number;
  readonly steps: number;
  readonly peer: boolean;
  readonly json?: string;
}
interface Row {
  readonly model: string;
  readonly technique: string;
  readonly dtype: string;
}
/** Batch size × sequence length of each model's row. */
const SIZES: Readonly<Record<string, readonly [batch: number, length: number]>> = {
  minilm: [32, 64],
  smollm2: [4, 256],
  gpt2: [4, 256],
};
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function main(o: Options): Promise<void> {
  const python = o.peer ? (await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) })).python : "";
  const list = (text: string): string[] => text.split(",").filter(Boolean);
  const rows = list(o.models).flatMap((model) =>
    list(o.techniques).flatMap((technique) => list(o.dtypes).map((dtype) => ({ model, technique, dtype }))),
  );
  const all: Measured[] = [];
  const lines: string[][] = [];
  for (const row of rows) {
    const results = await measureRow(row, list(o.engines), python, o);
    all.push(...results);
    for (const engine of list(o.engines)) lines.push(rowText(row, engine, results));
    console.error(table(head, lines.slice(-list(o.engines).length)));
    if (o.json) writeFileSync(o.json, JSON.stringify({ processor: processor(), results: all }, null, 1));
  }
  console.log(`${processor()}, Node ${process.version}\n${table(head, lines)}`);
}

async function measureRow(
  row: Row,
  engines: readonly string[],
  python: string,
  o: Options,
): Promise<readonly Measured[]> {
  const [batch, length] = SIZES[row.model] ?? [4, 128];
  const common = [
    ...["--model", row.model, "--technique", row.technique, "--dtype", row.dtype],
    ...["--batch", String(batch), "--length", String(length), "--steps", String(o.steps)],
  ];
  const programs = [
    ...engines.map((engine) => ({
      program: engine,
      command: [process.execPath, path("./step.js"), ...common, "--engine", engine, "--json"],
    })),
    ...(o.peer ? [{ program: "torch", command: [python, path("../../bench/peers/torch_step.py"), ...common] }] : []),
  ];
  const results: Measured[] = [];
  for (let run = 0; run < o.runs; run++)
    for (let i = 0; i < programs.length; i++) {
      // Rotates the order, so that no program always runs on the warmest machine.
      const { program, command } = programs[(run + i) % programs.length]!;
      const [file = "", ...args] = command;
      results.push({ ...row, program, ...(await lastLine(file, args)) });
    }
  return results;
}

/**
 * Returns the measurements on the program's last output line. A failing program becomes part of the result and does not
 * end the table.
 */
function lastLine(command: string, args: readonly string[]): Promise<Omit<Measured, "program" | keyof Row>> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (data: Buffer) => void (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => void (err += data.toString()));
    child.on("close", (code) => {
      const last = out.trim().split("\n").at(-1) ?? "";
      if (code === 0 && last.startsWith("{")) resolve(JSON.parse(last) as Measured);
      else resolve({ failed: err.trim().split("\n").at(-1) ?? `ended with ${String(code)}` });
    });
  });
}

const command = new Command("tunebook bench all")
  .description("the table of training steps: tokens per second against PyTorch, share of the peak, memory")
  .option("--models <names>", "models, by commas", "minilm,gpt2,smollm2")
  .option("--techniques <names>", "techniques, by commas", "full,lora")
  .option("--dtypes <names>", "number formats, by commas", "f32,bf16")
  .option("--engines <names>", "engines, by commas", "tensorflow,onnx")
  .option("--runs <count>", "runs of each program", Number, 5)
  .option("--steps <count>", "steps per run, after two to warm up", Number, 5)
  .option("--no-peer", "without PyTorch")
  .option("--json <file>", "where all results go");
await main(command.parse().opts<Options>());
