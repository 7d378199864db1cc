/**
 * `tunebook bench feeding`: measures the effect of length buckets, packing, passes, the chunked loss, recomputation,
 * bf16 and accumulation on real text of mixed length. Each row adds one setting and trains as `train` does in a
 * separate process. Only real tokens are counted, without padding. `--json FILE` saves all results.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import type { RowResult } from "./feeding/row.js";
import { models, rowsOf, type ModelName, type RowSettings, tokens } from "./feeding/settings.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

interface Options {
  readonly model: ModelName;
  readonly technique: "full" | "lora";
  readonly engine: string;
  readonly batch: number;
  readonly maxLength: number;
  readonly seconds: number;
  readonly only?: string;
  readonly json?: string;
}

async function main({ json, only, ...o }: Options): Promise<void> {
  const { ids } = await tokens(o.model);
  const lengths = ids.map(({ length }) => Math.min(length, o.maxLength)).sort((a, b) => a - b);
  const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  const results: RowResult[] = [];
  for (const settings of rowsOf(o, mean).filter(({ name }) => only === undefined || name.includes(only))) {
    const result = await row(settings);
    results.push(result);
    console.error(`${result.name}: ${result.tokensPerSecond.toFixed(0)} tok/s`);
  }
  const first = results[0];
  if (!first) throw new Error(`no row is called ${String(only)}`);
  const middle = lengths[lengths.length >> 1]!;
  const text = `${String(lengths.length)} texts of ${mean.toFixed(0)} tokens (median ${String(middle)}, longest ${String(lengths.at(-1))})`;
  console.log(
    `${processor()}, Node ${process.version}, ${first.engine}: ${o.model} ${o.technique}, batches of ${String(o.batch)}; ${text}`,
  );
  const head = ["row", "tok/s", "× first", "real tokens", "engine waits", "MiB", "steps", "loss"];
  console.log(
    table(
      head,
      results.map((r) => [
        r.name,
        r.tokensPerSecond.toFixed(0),
        (r.tokensPerSecond / first.tokensPerSecond).toFixed(2),
        `${(100 * r.fill).toFixed(1)} %`,
        `${(100 * r.waiting).toFixed(2)} %`,
        String(r.peakRssMiB),
        String(r.steps),
        r.loss.toFixed(3),
      ]),
    ),
  );
  const kept = { at: new Date().toISOString(), processor: processor(), node: process.version, ...o, mean, results };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(kept, null, 1)}\n`);
}

function row(settings: RowSettings): Promise<RowResult> {
  return new Promise((done, reject) => {
    const program = fileURLToPath(new URL("./feeding/row.js", import.meta.url));
    const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      const line = Buffer.concat(chunks).toString().trim().split("\n").at(-1) ?? "";
      if (status === 0) done(JSON.parse(line) as RowResult);
      else reject(new Error(`the row "${settings.name}" ended with status ${String(status)}`));
    });
  });
}

const command = new Command("tunebook bench feeding")
  .description("what each way of feeding and computing brings on real text of mixed length")
  .addOption(new Option("--model <name>", "which model").choices(models).default("minilm"))
  .addOption(new Option("--technique <name>", "what trains").choices(["full", "lora"]).default("full"))
  .option("--engine <name>", "what computes", "auto")
  .option("--batch <texts>", "texts per batch", Number, 32)
  .option("--max-length <tokens>", "tokens of a row at most", Number, 256)
  .option("--seconds <seconds>", "how long each row trains, after two steps to warm up", Number, 20)
  .option("--only <text>", "rows whose name holds this")
  .option("--json <file>", "keep every result");
await main(command.parse().opts<Options>());
