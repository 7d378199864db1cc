/**
 * `tunebook bench ranks [--ray HOSTS] [--kills N] [--ranks 2,3] [--steps N] [--no-vectors]`: compares updates shared by
 * several processes with one process that uses all cores. It measures the time of a vector between ranks and to and
 * from the engine. It trains MiniLM (adapters, all weights, all weights with periodic averaging) and reports seconds
 * per step and the share of communication. In further trainings it kills ranks at random; they must end like the
 * undisturbed one. `--ray HOSTS` does the same with workers on a Ray cluster (ray/shared-training.ts).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RootRank } from "#kernel/remote/process-group/root-rank.js";
import { PeerRank } from "#kernel/remote/process-group/peer-rank.js";
import { runTuneFile } from "#kernel/features/run-file.js";
import { processor } from "./finetune/report.js";
import { sharedOnRay } from "./ray/shared-training.js";
import { table } from "./table.js";

interface Options {
  readonly kills: string;
  readonly ranks: string;
  readonly steps: string;
  readonly vectors: boolean;
  readonly ray?: string;
  readonly seed: string;
}
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const reviews = path("../../notebooks/data/sentiment.csv");
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * Milliseconds of one exchange of a vector. All ranks run in this process, so they share one event loop and one core.
 */
async function round(of: number, floats: number): Promise<number> {
  const door = { address: "127.0.0.1", token: "t", of, version: "1", recipe: "r" };
  const { hub, port } = await RootRank.open(door);
  const spokes = await Promise.all(
    Array.from({ length: of - 1 }, (_, i) => PeerRank.join({ ...door, port, rank: i + 1 })),
  );
  await hub.complete();
  const ready = spokes.map((spoke) => spoke.ready("l", floats, new Uint8Array(4)));
  await hub.ready("l", floats);
  hub.begin(0, new Uint8Array(4));
  await Promise.all(ready);
  const told = { loss: 1, norm: 1, counts: 1 };
  const vectors = Array.from({ length: of }, () => new Float32Array(floats).fill(1));
  const took: number[] = [];
  for (let step = 1; step <= 7; step++) {
    const begun = performance.now();
    await Promise.all([
      hub.update(step, told, vectors[0]!),
      ...spokes.map((spoke, i) => spoke.update(step, told, vectors[i + 1]!, [])),
    ]);
    took.push(performance.now() - begun);
  }
  hub.end();
  return median(took);
}

const TRAININGS = {
  adapters: { technique: "lora(rank: 8)", more: "" },
  "all weights": { technique: "full", more: "" },
  "all weights, averaged": { technique: "full", more: ", average: every(steps: 16)" },
} as const;

async function trained(what: keyof typeof TRAININGS, of: number, steps: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-bench-ranks-"));
  try {
    const { technique, more } = TRAININGS[what];
    const file = join(folder, "ranks.tune");
    const runner = of === 1 ? "" : `${more}, runner: processes(${String(of)})`;
    writeFileSync(
      file,
      `data reviews { source: csv(${JSON.stringify(reviews)}), columns: { text: text, label: label }, split: by_column(part) }
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${technique}, max_length: 64 }
train mood on reviews { steps: ${steps}, seed: 1, validate: none, keep: last${runner} }\n`,
    );
    const silent = { display: () => undefined, update: () => undefined };
    const { ok } = await runTuneFile(file, { screen: silent, runs: join(folder, "runs"), warn: () => undefined });
    if (!ok) throw new Error(`${what} with ${String(of)} ranks failed`);
    const run = readdirSync(join(folder, "runs")).find((name) => name.startsWith("mood-"));
    const events = RunFolder.open(join(folder, "runs", run ?? "")).events();
    const all = events.flatMap((event) => (event.kind === "step" ? [event] : [])).slice(5);
    const sum = (of: (step: (typeof all)[number]) => number): number => all.reduce((n, step) => n + of(step), 0);
    const seconds = sum((step) => step.seconds);
    const share = (part: "communicated" | "waited"): string =>
      of === 1 ? "" : `${((100 * sum((step) => step[part] ?? 0)) / seconds).toFixed(0)} %`;
    const threads = Math.max(1, Math.floor(availableParallelism() / of));
    const each = median(all.map((step) => 1000 * step.seconds));
    return [
      what,
      `${String(of)} × ${String(threads)}`,
      each.toFixed(0),
      share("communicated"),
      share("waited"),
      all.at(-1)!.loss.toFixed(5),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(o: Options): Promise<void> {
  const counts = o.ranks.split(",").map(Number);
  console.log(`${processor()}, ${String(availableParallelism())} cores, Node ${process.version}\n`);
  if (o.ray !== undefined) {
    const [hosts, steps, kills, seed] = [o.ray, o.steps, o.kills, o.seed].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    process.exitCode = (await sharedOnRay({ hosts, counts, steps, kills, seed })) ? 0 : 1;
    return;
  }
  if (o.vectors) {
    const rows: string[][] = [];
    for (const floats of [300_000, 22_700_000])
      for (const of of counts)
        rows.push([`${((4 * floats) / 1e6).toFixed(1)} MB`, String(of), (await round(of, floats)).toFixed(1)]);
    console.log(`${table(["vector", "ranks", "ms a round"], rows)}\n`);
  }
  if (Number(o.steps) > 0) {
    const rows: (readonly string[])[] = [];
    for (const what of Object.keys(TRAININGS) as (keyof typeof TRAININGS)[])
      for (const of of [1, ...counts]) {
        if (of === 1 && what === "all weights, averaged") continue;
        rows.push(await trained(what, of, o.steps));
        console.error(rows.at(-1)?.join("  "));
      }
    console.log(
      `${table(["trained", "ranks × threads", "ms a step", "communication", "waiting", "last loss"], rows)}\n`,
    );
  }
  if (Number(o.kills) > 0) {
    const child = spawn(process.execPath, [path("../tests/kernel/remote/process-group/killed-ranks.js"), o.kills], {
      stdio: "inherit",
    });
    const [status] = (await once(child, "exit")) as [number | null];
    process.exitCode = status ?? 1;
  }
}

await new Command()
  .option("--kills <n>", "ranks that are killed", "10")
  .option("--ranks <list>", "numbers of ranks", "2")
  .option("--steps <n>", "updates of each training", "40")
  .option("--ray <hosts>", "workers on a Ray cluster of so many hosts, in namespaces of this machine (Linux, as root)")
  .option("--seed <n>", "of what is killed when, on a Ray cluster", "11")
  .option("--no-vectors", "leave vectors out")
  .action(main)
  .parseAsync();
