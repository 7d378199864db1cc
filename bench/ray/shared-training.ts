/**
 * Tests one training shared by workers on a Ray cluster, whose hosts are created on this machine. It is compared with
 * one process, and with trainings whose workers or engines are killed at random. These must reach the loss of the
 * undisturbed one.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { RunEvent } from "#kernel/events/events.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { table } from "../table.js";
import { RayHosts } from "./hosts.js";

export interface SharedOnRay {
  /** Number of hosts of the cluster, with two processors each. */
  readonly hosts: number;
  /** Numbers of workers, one training each. */
  readonly counts: readonly number[];
  readonly steps: number;
  readonly kills: number;
  readonly seed: number;
}
const reviews = fileURLToPath(new URL("../../../notebooks/data/sentiment.csv", import.meta.url));

export async function sharedOnRay(o: SharedOnRay): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-shared-"));
  const hosts = await hostsOf(o.hosts, folder);
  try {
    copyFileSync(reviews, join(folder, "reviews.csv"));
    const bench = new SharedTraining(folder, hosts);
    const equal = await bench.beside(o);
    const same = o.kills === 0 || (await bench.killed(o));
    return equal && same && (await bench.left());
  } finally {
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts hosts where `tunebook` is this package, as in a container image; none can see the notebook's folder. */
export async function hostsOf(count: number, folder: string): Promise<RayHosts> {
  const bin = mkdtempSync(join(tmpdir(), "tunebook-bin-"));
  const program = fileURLToPath(new URL("../../kernel/apps/cli/main.js", import.meta.url));
  writeFileSync(join(bin, "tunebook"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  return RayHosts.start({ count, cpusEach: 2, path: bin, hidden: [folder] });
}

class SharedTraining {
  constructor(
    private readonly folder: string,
    private readonly hosts: RayHosts,
  ) {}

  /** Compares the losses of one process with those of several workers; they must agree within 10⁻⁵. */
  async beside({ counts, steps }: SharedOnRay): Promise<boolean> {
    const alone = await this.train("alone", steps, null);
    const rows = [["1 process", "", "", "", lossesOf(alone).at(-1)?.toFixed(6) ?? "", ""]];
    let most = 0;
    for (const count of counts) {
      const begun = performance.now();
      const events = await this.train(`by-${String(count)}`, steps, count);
      const apart = Math.max(...lossesOf(events).map((loss, i) => Math.abs(loss / (lossesOf(alone)[i] ?? NaN) - 1)));
      most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
      rows.push([
        `${String(count)} workers`,
        ((performance.now() - begun) / 1000).toFixed(1),
        share(events, "communicated"),
        share(events, "waited"),
        lossesOf(events).at(-1)?.toFixed(6) ?? "",
        apart.toExponential(1),
      ]);
      console.error(rows.at(-1)?.join("  "));
    }
    console.log(table(["trained by", "s in all", "communication", "waiting", "last loss", "most apart"], rows));
    return most <= 1e-5;
  }

  /** Kills workers or their engines `kills` times during a training. */
  async killed({ kills, seed, steps }: SharedOnRay): Promise<boolean> {
    const long = Math.max(steps, 12 * kills);
    const [alone] = [await this.train("left-alone", long, 2)];
    const random = xoroshiro128plus(seed);
    const below = (n: number): number => uniformInt(random, 0, n - 1);
    let over = false;
    const now = (): number => stepIn(join(this.folder, "killed"));
    const training = this.train("killed", long, 2).finally(() => (over = true));
    training.catch(() => undefined); // awaited below
    let done = 0;
    const isOver = (): boolean => over;
    for (let after = 6; done < kills && !isOver(); after = now() + 6) {
      while (!isOver() && now() < after) await delay(200);
      await delay(below(400));
      const workers = await this.workers();
      const id = workers[below(Math.max(1, workers.length))];
      if (id === undefined || isOver()) continue;
      const engine = below(3) === 0 ? engineOf(id) : undefined;
      process.kill(engine ?? id, "SIGKILL");
      done += 1;
      console.error(`killed ${engine === undefined ? "a worker" : "a worker's engine"} at step ${String(now())}`);
    }
    const [one, other] = [lossesOf(alone).at(-1), lossesOf(await training).at(-1)];
    console.log(
      `${String(done)} of ${String(kills)} killed, seed ${String(seed)}: last loss ${String(other)}, left alone ${String(one)}`,
    );
    return done === kills && one === other;
  }

  /** Returns whether no worker remains on any host. */
  async left(): Promise<boolean> {
    for (let tries = 0; tries < 100 && (await this.workers()).length > 0; tries++) await delay(100);
    const workers = await this.workers();
    if (workers.length > 0) console.log(`workers that were left: ${workers.join(", ")}`);
    return workers.length === 0;
  }

  private async workers(): Promise<readonly number[]> {
    const all = await Promise.all(this.hosts.hosts.map((_, host) => this.hosts.processes(host).catch(() => [])));
    return all.flat().filter((id) => /apps\/cli\/main\.js\0worker\0/.test(told(id, "cmdline")));
  }

  private async train(as: string, steps: number, workers: number | null): Promise<readonly RunEvent[]> {
    const runs = join(this.folder, as);
    mkdirSync(runs);
    const runner =
      workers === null
        ? ""
        : `, runner: ray("${this.hosts.address}", cpus: 1, workers: ${String(workers)}, price: 0.40)`;
    const text = `data reviews { source: csv("reviews.csv"), columns: { text: text, label: label }, split: by_column(part) }
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 64 }
train mood on reviews { steps: ${String(steps)}, batch_size: 16, seed: 1, log: every(steps: 1), checkpoint: every(steps: 4), validate: none, keep: last${runner} }\n`;
    const session = new TuneSession({ folder: this.folder, runs });
    let line = "";
    const show = ({ bundle, id }: DisplayOutput): void => {
      if (id?.endsWith("-progress")) line = String(bundle["text/plain"] ?? "");
    };
    try {
      const screen = { display: show, update: show };
      await session.run({ id: as, title: as, text }, { screen, hostContext: plainHostContext(this.folder) });
      const events = RunFolder.open(runIn(runs) ?? runs).events();
      if (workers !== null) console.error(line);
      return events;
    } finally {
      await session.close();
    }
  }
}

function runIn(runs: string): string | undefined {
  const name = existsSync(runs) ? readdirSync(runs).find((one) => /^mood-\d/.test(one)) : undefined;
  return name === undefined ? undefined : join(runs, name);
}
/** Number of the most recent step. */
function stepIn(runs: string): number {
  const run = runIn(runs);
  const last =
    run === undefined
      ? undefined
      : RunFolder.open(run)
          .events()
          .findLast(({ kind }) => kind === "step");
  return last?.kind === "step" ? last.step : 0;
}
/** Returns one loss per step: that of its most recent execution. */
function lossesOf(events: readonly RunEvent[]): readonly number[] {
  const last = new Map(events.flatMap((event) => (event.kind === "step" ? [[event.step, event.loss] as const] : [])));
  return [...last].sort(([a], [b]) => a - b).map(([, loss]) => loss);
}
function share(events: readonly RunEvent[], part: "communicated" | "waited"): string {
  const steps = events.flatMap((event) => (event.kind === "step" ? [event] : [])).slice(2);
  const sum = (of: (step: (typeof steps)[number]) => number): number => steps.reduce((n, step) => n + of(step), 0);
  return `${((100 * sum((step) => step[part] ?? 0)) / sum((step) => step.seconds)).toFixed(0)} %`;
}
function told(id: number, what: string): string {
  try {
    return readFileSync(`/proc/${String(id)}/${what}`, "utf8");
  } catch {
    return "";
  }
}
/** Id of the worker's engine process. The worker has another child, the tokenizer process. */
function engineOf(id: number): number | undefined {
  const children = told(id, `task/${String(id)}/children`)
    .trim()
    .split(" ")
    .map(Number);
  return children.find((child) => told(child, "cmdline").includes("engines/host/main.js"));
}
