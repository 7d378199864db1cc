/**
 * One row by Tunebook, as a process of its own: runs a Tune program as `tunebook run` does and prints one JSON line.
 * `seconds` is the training loop with its checkpoints; loading, compiling and evaluating are not in it.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTuneFile } from "#kernel/runs/run-file.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { watchChildren } from "./memory.js";

export interface Outcome {
  readonly engine: string;
  readonly peakMiB: number;
  readonly seconds: number;
  readonly wholeSeconds: number;
  readonly steps: number;
  readonly scores: Readonly<Record<string, number>>;
}

async function main(file: string): Promise<void> {
  const runs = mkdtempSync(join(tmpdir(), "tunebook-techniques-"));
  try {
    const watch = watchChildren();
    const silent = { display: () => undefined, update: () => undefined };
    const result = await runTuneFile(file, { runs, screen: silent });
    const peakMiB = watch.stop();
    const evaluation = result.evaluations[0];
    if (!result.ok || !evaluation) throw new Error(`${file} failed`);
    const events = RunFolder.open(join(runs, readdirSync(runs)[0]!)).events();
    const stopped = events.find((e) => e.kind === "stopped");
    const outcome: Outcome = {
      engine: events.find((e) => e.kind === "started")?.engine ?? "",
      peakMiB,
      seconds: stopped?.seconds ?? Number.NaN,
      wholeSeconds: result.seconds.reduce((sum, s) => sum + s.seconds, 0),
      steps: stopped?.step ?? 0,
      scores: evaluation.metrics,
    };
    console.log(JSON.stringify(outcome));
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? "");
