/**
 * Kills what has to do with a training that runs by itself, at random times: the notebook's kernel, the process that trains,
 * or its engine's host, until so many kills are done. Trainings that a kill ended are resumed. Nothing may be lost but the steps
 * since the last checkpoint, nothing corrupt may be left, and no process after ten seconds; at its end each training must be, bit
 * for bit, the one that was left alone. `tunebook bench kills --times 200`; the tests do eight.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { readCheckpoints } from "#kernel/artifacts/checkpoints.js";
import type { RunFolder } from "#kernel/artifacts/run-folder.js";
import { isTraining, outcomeOf as standing } from "#kernel/control/outcome.js";
import { running } from "#kernel/control/running.js";
import { verifySafetensors } from "#kernel/tensors/safetensors.js";
import { until } from "../../until.js";
import { writeSmallTraining } from "../session/small-training.js";
import { childrenOf, outcomeOf } from "../training/kills.js";
import { cell, isThere, kernelIn, kill, processOf, runsOf, trains } from "./apart.js";

export const KINDS = ["kernel", "detached", "host"] as const;
export type Kind = (typeof KINDS)[number];

export interface Killed {
  readonly kills: Readonly<Record<Kind, number>>;
  /** That were begun. */
  readonly trainings: number;
  /** Steps that were taken again, at most by one kill. */
  readonly steps: number;
  /** Seconds until the last process was gone, at most. */
  readonly orphans: number;
  readonly troubles: readonly string[];
}
export interface Wanted {
  readonly times: number;
  readonly seed: number;
  readonly steps?: number;
  progress?(line: string): void;
}

export async function kills(o: Wanted): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-apart-"));
  const before = process.env["XDG_STATE_HOME"];
  process.env["XDG_STATE_HOME"] = join(folder, "state");
  const killer = new Killer(folder, o);
  try {
    return await killer.run();
  } finally {
    killer.end();
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

class Killer {
  private readonly random;
  private readonly count: Record<Kind, number> = { kernel: 0, detached: 0, host: 0 };
  private readonly troubles: string[] = [];
  private readonly started = new Set<number>();
  private trainings = 0;
  private lost = 0;
  private orphans = 0;
  private expected = "";
  private runs = "";
  private readonly steps: number;

  constructor(
    private readonly folder: string,
    private readonly o: Wanted,
  ) {
    this.random = xoroshiro128plus(o.seed);
    this.steps = o.steps ?? 150;
  }

  async run(): Promise<Killed> {
    writeSmallTraining(this.folder);
    const alone = join(this.folder, "alone");
    await cell(this.folder, alone, trains("night", this.steps, ""));
    this.expected = outcomeOf(runsOf(alone, "night")[0]!);
    const kinds = this.kinds();
    for (let kind = kinds.next().value; this.troubles.length < 5; kind = kinds.next().value) {
      if (this.total >= this.o.times) break;
      while (!(await this.kill(kind)) && this.troubles.length < 5);
      this.count[kind] += 1;
      this.o.progress?.(
        `${String(this.total)} kills, ${String(this.trainings)} trainings, ${String(this.troubles.length)} troubles`,
      );
    }
    await this.toItsEnd();
    const { count, trainings, lost: steps, orphans, troubles } = this;
    return { kills: count, trainings, steps, orphans, troubles };
  }

  private get total(): number {
    return Object.values(this.count).reduce((a, b) => a + b);
  }
  private below(n: number): number {
    return uniformInt(this.random, 0, Math.max(0, Math.round(n) - 1));
  }
  /** Each as often as the others, in an order by chance. */
  private *kinds(): Generator<Kind, never> {
    for (;;) {
      const left: Kind[] = [...KINDS];
      while (left.length > 0) yield left.splice(this.below(left.length), 1)[0]!;
    }
  }

  /** Whether it was done: what has ended by itself is nobody's to kill. */
  private async kill(kind: Kind): Promise<boolean> {
    const there = this.present();
    if (there && !isTraining(there) && standing(there).is === "done") {
      await this.toItsEnd();
      return this.kill(kind);
    }
    return kind === "kernel" ? this.killKernel() : this.killTraining(kind);
  }

  /** The kernel begins the training, goes on with it, or is attached to it; then it is gone. */
  private async killKernel(): Promise<boolean> {
    const text = this.text();
    const { kernel, end: gone } = await kernelIn(this.folder, { TUNEBOOK_RUNS: this.runs });
    let heard = "";
    const done = kernel
      .execute(text, { onOutput: (outputs) => (heard = JSON.stringify(outputs)) })
      .catch(() => undefined);
    const training = (): RunFolder | undefined => [this.present()].filter((one) => one !== undefined).find(isTraining);
    try {
      let over = false;
      void done.then(() => (over = true));
      // What was under way may have ended while the kernel began.
      await until(
        () => over || (training() && heard !== ""),
        () => `a training: ${heard}`,
      );
      const run = training();
      return run !== undefined && (await this.killedWith(run, gone));
    } finally {
      await gone();
    }
  }
  private async killedWith(run: RunFolder, gone: () => Promise<void>): Promise<boolean> {
    this.note(run);
    await delay(this.below(400));
    const step = standing(run).step;
    await gone();
    await delay(100);
    const { is, step: later } = standing(run);
    if (is !== "training" && is !== "done")
      this.troubles.push(`a kernel's end made the training ${is} at step ${String(later)}`);
    if (later < step) this.troubles.push("steps were lost with a kernel");
    return true;
  }

  private async killTraining(kind: Exclude<Kind, "kernel">): Promise<boolean> {
    if (!this.present() || !isTraining(this.present()!)) await cell(this.folder, this.runs_(), this.text());
    const run = this.present()!;
    this.note(run);
    const id = processOf(run);
    const since = standing(run).step;
    await until(() => standing(run).step > since || !isTraining(run), "a step more");
    await delay(this.below(500));
    const all = [id, ...childrenOf(id)];
    const [victim] = kind === "host" ? childrenOf(id) : [id];
    if (victim === undefined || !isTraining(run)) return false;
    const step = standing(run).step;
    kill(victim);
    const begun = performance.now();
    while (all.some(isThere) && performance.now() - begun < 10_000) await delay(20);
    this.orphans = Math.max(this.orphans, (performance.now() - begun) / 1000);
    const left = all.filter(isThere);
    if (left.length > 0) this.troubles.push(`after a kill of ${kind} ${left.join(", ")} are there still`);
    this.look(run, kind, step);
    return true;
  }

  /** Its folder after a kill: whole files, a log that can be read, and a standing that is told. */
  private look(run: RunFolder, kind: Kind, before: number): void {
    const { is, how, goesOnFrom, step } = standing(run);
    if (is === "done") return; // it was quicker
    const expected = kind === "host" ? "failed" : "cut off";
    if (is !== expected) this.troubles.push(`after a kill of ${kind} the training is told to be ${is} (${how ?? ""})`);
    for (const one of readCheckpoints(run)) {
      try {
        if ("error" in one) throw one.error;
        verifySafetensors(one.file);
      } catch (error) {
        this.troubles.push(`after a kill of ${kind}: ${one.file}: ${String(error)}`);
      }
    }
    if (step < before)
      this.troubles.push(`after a kill of ${kind} the log ends at step ${String(step)}, not ${String(before)}`);
    // A step may be logged whose checkpoint is due next.
    this.lost = Math.max(this.lost, step - (goesOnFrom ?? 0));
    if (goesOnFrom !== null && step - goesOnFrom > 6)
      this.troubles.push(`${String(step - goesOnFrom)} steps were lost by a kill of ${kind}`);
    if (running().some(({ folder }) => folder === run.path)) this.troubles.push("what was killed is told to train");
  }

  /** Lets the present training end, and compares it with the one that was left alone. */
  private async toItsEnd(): Promise<void> {
    let run = this.present();
    if (!run) return;
    for (let tries = 0; standing(run).is !== "done" && tries < 5; tries++) {
      if (!isTraining(run)) await cell(this.folder, this.runs_(), this.text());
      run = this.present()!;
      this.note(run);
      const going = run;
      await until(() => !isTraining(going), "a training's end");
    }
    const id = processOf(run);
    await until(() => !isThere(id), "the end of its process");
    const all = runsOf(this.runs, "night");
    if (all.length !== 1) this.troubles.push(`${String(all.length)} runs`);
    if (outcomeOf(run) !== this.expected)
      this.troubles.push(`training ${String(this.trainings)} ended otherwise than the one left alone`);
    const odd = [...readdirSync(this.runs), ...readdirSync(run.path)].filter((name) =>
      /^\.(starting|peer|writer)|\.sock$/.test(name),
    );
    if (odd.length > 0) this.troubles.push(`left behind: ${odd.join(", ")}`);
    rmSync(this.runs, { recursive: true });
    this.runs = "";
  }

  private present(): RunFolder | undefined {
    if (this.runs === "") {
      this.trainings += 1;
      this.runs = join(this.folder, `runs-${String(this.trainings)}`);
    }
    try {
      return runsOf(this.runs, "night").at(-1);
    } catch {
      return undefined; // nothing was begun there yet
    }
  }
  private runs_(): string {
    this.present();
    return this.runs;
  }
  /** Of the cell that begins it, or goes on with it. One that kept nothing yet begins again. */
  private text(): string {
    const run = this.present();
    if (run && !isTraining(run) && readCheckpoints(run).length === 0) rmSync(run.path, { recursive: true });
    const resume = run && readCheckpoints(run).length > 0 ? ", resume: true" : "";
    return trains("night", this.steps, `, detach: true${resume}`);
  }
  private note(run: RunFolder): void {
    this.started.add(processOf(run));
  }
  /** What a fault of this program left. */
  end(): void {
    for (const id of this.started) if (isThere(id)) for (const one of [id, ...childrenOf(id)]) kill(one);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const value = (name: string, usual: number): number => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? usual : Number(process.argv[at + 1]);
  };
  const [times, seed] = [value("times", 200), value("seed", 11)];
  const begun = performance.now();
  const { troubles, ...found } = await kills({ times, seed, progress: (line) => console.log(line) });
  for (const trouble of troubles) console.log(`\n${trouble}`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${JSON.stringify(found)}, seed ${String(seed)}: ${String(troubles.length)} troubles in ${seconds} s`);
  process.exit(troubles.length === 0 ? 0 : 1);
}
