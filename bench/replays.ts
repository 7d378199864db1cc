/**
 * `tunebook bench replays`: replays the quickstart's training from its run, on each engine with one and two threads.
 * `--nodes` adds other versions of Node. It reports how far losses and scores differ from the original ones; tolerances
 * are based on these figures.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { runTuneFile } from "#kernel/features/run-file.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { findRun } from "#kernel/runs/history/find-run.js";
import { replay, type ReplayResult } from "#kernel/features/replay/replay.js";
import { ensureNode } from "#tools/node-versions.mjs";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = new Command("tunebook bench replays")
  .option("--steps <n>", "updates (default: all 3 epochs)")
  .option("--technique <word>", "of the model", "lora(rank: 8)")
  .option("--rate <rate>", "of the optimizer", "2e-3")
  .option("--nodes <lines>", "lines of Node besides this one: 22,24,26", "")
  .option("--engines <names>", "of the repetitions", "tensorflow,onnx")
  .parse();
const o = program.opts<{ steps?: string; technique: string; rate: string; nodes: string; engines: string }>();

const folder = mkdtempSync(join(tmpdir(), "tunebook-bench-replays-"));
const file = join(folder, "quickstart.tune");
const length = o.steps === undefined ? "epochs: 3" : `steps: ${o.steps}`;
writeFileSync(
  file,
  `engine { engine: tensorflow, threads: 2 }
data reviews {
  source: csv("data/sentiment.csv"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: by_column(part), allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${o.technique}, max_length: 128 }
train mood on reviews { ${length}, batch_size: 32, optimizer: adamw(learning_rate: ${o.rate}), seed: 0, log: every(steps: 1) }
evaluate mood on reviews.test { metrics: [accuracy, f1, loss], worst: 0 }
`,
);
cpSync(join(root, "notebooks/data/sentiment.csv"), join(folder, "data/sentiment.csv"));

/** Runs the command `tunebook replay` under another Node version. */
async function underNode(line: string, run: RunFolder): Promise<ReplayResult> {
  const node = await ensureNode(line, { onProgress: (words: string) => process.stderr.write(`${words}\n`) });
  const args = [join(root, "dist/kernel/apps/cli/main.js"), "replay", run.path, "--json"];
  const options = { maxBuffer: 64 * 2 ** 20, cwd: folder };
  // Beyond the tolerance the command exits with status 1, but still prints its report.
  const { stdout } = await promisify(execFile)(node, args, options).catch((error: unknown) => {
    if (typeof (error as { stdout?: unknown }).stdout === "string" && (error as { stdout: string }).stdout !== "")
      return error as { stdout: string };
    throw error;
  });
  return JSON.parse(stdout) as ReplayResult;
}

const rows: (readonly string[])[] = [];
function told(where: string, { numbers, same }: ReplayResult): void {
  const { losses, scores, exact, furthest, first } = numbers;
  rows.push([
    ...[where, exact ? "bit for bit" : same ? "within" : "beyond"],
    ...[String(losses), String(scores), furthest.loss.toExponential(1), furthest.score.toFixed(4), first?.what ?? ""],
  ]);
  process.stderr.write(`${rows.at(-1)?.join("  ") ?? ""}\n`);
}
try {
  const { ok } = await runTuneFile(file, { screen: { display: () => undefined, update: () => undefined } });
  if (!ok) throw new Error("the quickstart failed");
  const run = findRun("mood", { folder, runs: join(folder, "runs") });
  const runs = join(folder, "again");
  told("as it was", await replay(run, { runs }));
  for (const engine of o.engines.split(",") as EngineName[])
    for (const threads of [1, 2])
      if (engine !== "tensorflow" || threads !== 2)
        told(`${engine}, ${String(threads)} threads`, await replay(run, { runs, engine, threads }));
  for (const line of o.nodes.split(",").filter((one) => one !== "")) told(`Node ${line}`, await underNode(line, run));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${o.technique}, ${length}; made by Node ${process.versions.node}, TensorFlow, 2 threads; ${processor()}`);
console.log(
  table(["repeated", "", "losses", "scores", "furthest loss, relative", "furthest score", "first that differs"], rows),
);
