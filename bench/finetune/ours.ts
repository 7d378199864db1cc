/**
 * Runs the quickstart's training once with Tunebook in a separate process and prints one JSON line. It executes `train`
 * and `evaluate` of a Tune program. `seconds` is the training loop with its checkpoint, plus evaluation, plus
 * tokenising (measured separately, since a run tokenises during preparation). `wholeSeconds` also includes loading and
 * compiling.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { RunEvent } from "#kernel/events/events.js";
import { runTuneFile } from "#kernel/features/run-file.js";
import { program, type Setting } from "./program.js";

async function main(setting: Setting): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-finetune-"));
  try {
    const file = join(folder, "quickstart.tune");
    writeFileSync(file, program(setting));
    const silent = { display: () => undefined, update: () => undefined };
    const result = await runTuneFile(file, { runs: join(folder, "runs"), screen: silent });
    if (!result.ok) throw new Error("the Tune program failed");
    const wall = (verb: string): number =>
      result.seconds.filter((s) => s.verb === verb).reduce((sum, s) => sum + s.seconds, 0);
    const events = eventsOf(join(folder, "runs"));
    const train = events.find((e) => e.kind === "stopped")?.seconds ?? NaN;
    const steps = events.filter((e) => e.kind === "step");
    const tokens = steps.reduce((sum, e) => sum + e.tokens, 0);
    const tokenising = await tokenisingSeconds(setting.data);
    console.log(
      JSON.stringify({
        program: "tunebook",
        technique: setting.technique,
        seed: setting.seed,
        accuracy: result.evaluations[0]?.metrics["accuracy"],
        seconds: train + wall("evaluate") + tokenising,
        trainSeconds: train,
        wholeSeconds: wall("train") + wall("evaluate"),
        steps: events.findLast((e) => e.kind === "stopped")?.step,
        tokensPerSecond: tokens / train,
        engine: events.find((e) => e.kind === "started")?.engine,
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function eventsOf(runs: string): readonly RunEvent[] {
  return readdirSync(runs).flatMap((id) =>
    readFileSync(join(runs, id, "events.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as RunEvent),
  );
}

/** Tokenises every text once, as a run does (ids are reused over the epochs). */
async function tokenisingSeconds(data: string): Promise<number> {
  const rows = parse(readFileSync(data), { columns: true }) as { readonly text: string }[];
  const base = await resolveBase("all-MiniLM-L6-v2", { folder: "." });
  const tokenizer = await loadTokenizer(base.folder);
  const begun = performance.now();
  await tokenizer.encode(
    rows.map((row) => row.text),
    128,
  );
  return (performance.now() - begun) / 1000;
}

await main(JSON.parse(process.argv[2] ?? "{}") as Setting);
