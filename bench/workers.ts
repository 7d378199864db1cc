/**
 * `tunebook bench workers`: runs the trials of one sweep in separate processes. It measures how long a worker needs
 * from one trial's end to the next one's first update, by the events of their runs. In between, the result is uploaded,
 * scored and reported, and the next trial is requested, compiled, opened and started. `--kill N`: kills this many
 * workers in mid-trial, one after the other. `--ray N`: runs them as jobs of a Ray cluster of this many hosts, created
 * on this machine (ray/hosts.ts); none can see the notebook's folder. With `--search cluster` the search is a job too,
 * and the notebook is killed in mid-sweep (ray/closed.ts).
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { processor } from "./finetune/report.js";
import { closedNotebook } from "./ray/closed.js";
import { RayHosts } from "./ray/hosts.js";

interface Options {
  readonly trials: number;
  readonly workers: number;
  readonly epochs: number;
  readonly kill: number;
  readonly ray?: number;
  readonly search: "here" | "cluster";
}
const reviews = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));

const programOf = ({ trials, epochs }: Options, runner: string): string => `data reviews {
  source: csv("reviews.csv"), columns: { text: text, label: label }
  split: random(train: 20%, validation: 5%, test: 75%), allow: { near-leak: "alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 64 }
recipe quick { epochs: ${String(epochs)}, batch_size: 16, checkpoint: every(steps: 5) }
sweep mood on reviews with quick as found {
  vary: { optimizer.learning_rate: log(2e-4..5e-3) }
  search: random, trials: ${String(trials)}, maximize: accuracy, runner: ${runner}
}
`;

async function main(o: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-workers-"));
  const hosts = o.ray === undefined ? null : await hostsOf(o.ray, folder);
  const runner = hosts
    ? `ray("${hosts.address}", cpus: 1, workers: ${String(o.workers)}, search: ${o.search})`
    : `processes(${String(o.workers)})`;
  if (hosts && o.search === "cluster") {
    try {
      copyFileSync(reviews, join(folder, "reviews.csv"));
      await closedNotebook({ folder, hosts, program: programOf(o, runner), after: o.trials >> 2, kill: o.kill });
    } finally {
      await hosts.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    return;
  }
  const values = new Map<string, unknown>();
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    names: { define: (name, value) => void values.set(name, value), remove: (name) => void values.delete(name) },
  });
  try {
    copyFileSync(reviews, join(folder, "reviews.csv"));
    const screen = { display: () => undefined, update: () => undefined };
    const begun = performance.now();
    const text = programOf(o, runner);
    const swept = session.run({ id: "bench", title: "bench", text }, { screen, hostContext: plainHostContext(folder) });
    const killed = await Promise.race([
      kills(o.kill, () => values.get("found") as SweepInTypeScript | undefined),
      swept.then(() => 0),
    ]);
    await swept;
    const seconds = (performance.now() - begun) / 1000;
    tell((values.get("found") as SweepInTypeScript).trials, { ...o, seconds, killed });
  } finally {
    await session.close();
    await hosts?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts hosts where `tunebook` is this package, as in a container image. */
async function hostsOf(count: number, folder: string): Promise<RayHosts> {
  const bin = mkdtempSync(join(tmpdir(), "tunebook-bin-"));
  const program = fileURLToPath(new URL("../kernel/apps/cli/main.js", import.meta.url));
  writeFileSync(join(bin, "tunebook"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  return RayHosts.start({ count, cpusEach: 2, path: bin, hidden: [folder] });
}

/** Kills the process of a running trial, `times` times. */
async function kills(times: number, found: () => SweepInTypeScript | undefined): Promise<number> {
  const killed = new Set<number>();
  while (killed.size < times) {
    await delay(100);
    for (const { run, state, step = 0 } of found()?.trials ?? []) {
      const id = state === "running" && step > 6 ? processesOf(run).at(-1) : undefined;
      if (id === undefined || killed.has(id) || killed.size >= times) continue;
      killed.add(id);
      process.kill(id, "SIGKILL");
      await delay(1000 + 4000 * Math.random());
    }
  }
  return killed.size;
}

const eventsOf = (run: string | null): readonly RunEvent[] => (run === null ? [] : RunFolder.open(run).events());
const processesOf = (run: string | null): readonly number[] =>
  eventsOf(run).flatMap((one) => (one.kind === "started" && one.process ? [one.process.id] : []));

function tell(
  trials: readonly TrialRecord[],
  o: Options & { readonly seconds: number; readonly killed: number },
): void {
  const byWorker = new Map<number, { begun: number; first: number; ended: number }[]>();
  for (const { run } of trials) {
    const events = eventsOf(run);
    const [step] = events.filter((one) => one.kind === "step");
    const ended = events.findLast((one) => one.kind === "stopped");
    const worker = processesOf(run).at(-1);
    if (step?.kind !== "step" || !ended || worker === undefined) continue;
    const begun = Date.parse(events.find((one) => one.kind === "started")?.at ?? "");
    const own = byWorker.get(worker) ?? [];
    byWorker.set(worker, [...own, { begun, first: Date.parse(step.at), ended: Date.parse(ended.at) }]);
  }
  const gaps = [...byWorker.values()].flatMap((runs) => {
    const inTurn = runs.sort((a, b) => a.begun - b.begun);
    return inTurn.slice(1).map(({ first }, i) => (first - (inTurn[i]?.ended ?? 0)) / 1000);
  });
  gaps.sort((a, b) => a - b);
  const states = trials.map(({ state }) => state);
  console.log(`${processor()}, Node ${process.version}: ${String(o.trials)} trials, ${String(o.workers)} workers`);
  console.log(
    `${o.seconds.toFixed(1)} s in all; ${String(states.filter((one) => one === "done").length)} trials done, ${String(o.killed)} workers killed`,
  );
  console.log(
    `from a trial's end to the next one's first update on a worker: median ${(gaps[gaps.length >> 1] ?? NaN).toFixed(2)} s, most ${(gaps.at(-1) ?? NaN).toFixed(2)} s, ${String(gaps.length)} gaps`,
  );
}

const whole = (text: string): number => Number.parseInt(text, 10);
const program = new Command("bench workers")
  .option("--trials <n>", "trials", whole, 8)
  .option("--workers <n>", "processes", whole, 2)
  .option("--epochs <n>", "epochs of each", whole, 1)
  .option("--ray <hosts>", "on a Ray cluster of so many hosts, in namespaces of this machine (Linux, as root)", whole)
  .addOption(
    new Option("--search <where>", "where the search runs; on the cluster its notebook is killed in mid-sweep")
      .choices(["here", "cluster"])
      .default("here"),
  )
  .option("--kill <n>", "workers that are killed in mid-trial", whole, 0);
await main(program.parse().opts<Options>());
