/** A detached training: kills its notebook's kernel, its process, its engine's host or one of its ranks. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readCheckpoints } from "#kernel/runs/checkpoints.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { isTraining, runProgressOf as standing } from "#kernel/remote/supervisor/outcome.js";
import { runningTrainings } from "#kernel/remote/supervisor/running-processes.js";
import { verifySafetensors } from "#kernel/tensors/safetensors.js";
import { until } from "../../../../../until.js";
import { ranksOf } from "../../../../remote/process-group/killed-ranks.js";
import { definitions } from "../../../../session/small-training.js";
import { childrenOf, outcomeOf } from "../../../../training/kills.js";
import { cell, isThere, kernelIn, processOf, runsOf } from "../apart.js";
import { treeOf, type Ground, type Kind, type Scene } from "./ground.js";

export interface Night {
  readonly kinds: readonly Kind[];
  readonly steps: number;
  /** Further keys of the statement. */
  readonly more?: string;
}

export class NightScene implements Scene {
  readonly kinds: readonly Kind[];
  private expected = "";
  private runs = "";
  private number = 0;
  private readonly of: string;

  constructor(
    private readonly ground: Ground,
    private readonly o: Night,
  ) {
    this.kinds = o.kinds;
    this.of = o.kinds[0] ?? "none";
  }
  private get folder(): string {
    return this.ground.folder;
  }
  private get troubles(): string[] {
    return this.ground.troubles;
  }

  async prepare(): Promise<void> {
    const alone = join(this.folder, `alone-${this.of}`);
    await cell(this.folder, alone, this.statement(""));
    this.expected = outcomeOf(runsOf(alone, "night")[0]!);
  }
  private statement(more: string): string {
    const { steps, more: own = "" } = this.o;
    const settings = `steps: ${String(steps)}, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 1), validate: every(steps: 10), seed: 3`;
    return `${definitions}train m on d as night { ${settings}${own}${more} }`;
  }

  async kill(kind: Kind): Promise<boolean> {
    const there = this.present();
    if (there && !isTraining(there) && standing(there).is === "done") {
      await this.toItsEnd();
      return this.kill(kind);
    }
    if (kind === "kernel") return this.killKernel();
    return kind === "rank" ? this.killRank() : this.killTraining(kind === "host" ? "host" : "detached");
  }

  /** Starts, resumes or attaches to the training in a kernel, then kills the kernel. */
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
      // The previous training may have ended while the kernel was starting.
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
    await this.steps(run);
    const step = standing(run).step;
    await gone();
    await delay(100);
    const { is, step: later } = standing(run);
    if (is !== "training" && is !== "done")
      this.troubles.push(`a kernel's end made the training ${is} at step ${String(later)}`);
    if (later < step) this.troubles.push("steps were lost with a kernel");
    return true;
  }

  private async killTraining(kind: "detached" | "host"): Promise<boolean> {
    const run = await this.going();
    const id = processOf(run);
    await this.steps(run);
    const all = treeOf(id);
    const [victim] = kind === "host" ? childrenOf(id) : [id];
    if (victim === undefined || !isTraining(run)) return false;
    const step = standing(run).step;
    await this.ground.killed(victim, all, kind);
    this.look(run, kind, step);
    return true;
  }

  /**
   * Kills a rank: the other ranks of its process group stop, and training resumes from the last checkpoint with a new
   * group.
   */
  private async killRank(): Promise<boolean> {
    const run = await this.going();
    const id = processOf(run);
    await until(() => ranksOf(id).length > 0 || !isTraining(run), "a rank");
    await this.steps(run);
    const rank = this.ground.one(ranksOf(id));
    if (rank === undefined || !isTraining(run)) return false;
    await this.ground.killed(rank, treeOf(rank), "rank");
    const { is, how } = standing(run);
    if (is !== "training" && is !== "done") this.troubles.push(`a rank's end made the training ${is} (${how ?? ""})`);
    return true;
  }

  private async going(): Promise<RunFolder> {
    if (!this.present() || !isTraining(this.present()!)) await cell(this.folder, this.runs_(), this.text());
    const run = this.present()!;
    this.note(run);
    return run;
  }
  /**
   * Waits for a random number of further steps, then a moment more, so that the kill falls between two steps or within
   * one.
   */
  private async steps(run: RunFolder): Promise<void> {
    const { step } = standing(run);
    const more = 1 + this.ground.below((this.o.steps - step) / 2);
    await until(() => standing(run).step >= step + more || !isTraining(run), "some more steps", 120);
    await delay(this.ground.below(30));
  }

  /** Checks the run folder after a kill: checkpoints are intact, the log is readable, and the status is right. */
  private look(run: RunFolder, kind: "detached" | "host", before: number): void {
    const { is, how, goesOnFrom, step } = standing(run);
    if (is === "done") return; // the training finished first
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
    // A step may be logged before its checkpoint is written.
    this.ground.lost = Math.max(this.ground.lost, step - (goesOnFrom ?? 0));
    if (goesOnFrom !== null && step - goesOnFrom > 3)
      this.troubles.push(`${String(step - goesOnFrom)} steps were lost by a kill of ${kind}`);
    if (runningTrainings().some(({ folder }) => folder === run.path))
      this.troubles.push("what was killed is told to train");
  }

  /** Lets the present training finish, and compares it with the undisturbed one. */
  async toItsEnd(): Promise<void> {
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
      this.troubles.push(`${this.of}: training ${String(this.number)} ended otherwise than the one left alone`);
    const odd = [...readdirSync(this.runs), ...readdirSync(run.path)].filter((name) =>
      /^\.(starting|peer|writer)|\.sock$/.test(name),
    );
    if (odd.length > 0) this.troubles.push(`left behind: ${odd.join(", ")}`);
    rmSync(this.runs, { recursive: true });
    this.runs = "";
  }

  private present(): RunFolder | undefined {
    if (this.runs === "") {
      this.ground.begun += 1;
      this.number += 1;
      this.runs = join(this.folder, `runs-${this.of}-${String(this.number)}`);
    }
    try {
      return runsOf(this.runs, "night").at(-1);
    } catch {
      return undefined; // nothing was started in it yet
    }
  }
  private runs_(): string {
    this.present();
    return this.runs;
  }
  /** Returns the text of the cell that starts or resumes the training. A run without a checkpoint starts again. */
  private text(): string {
    const run = this.present();
    if (run && !isTraining(run) && readCheckpoints(run).length === 0) rmSync(run.path, { recursive: true });
    const resume = run && readCheckpoints(run).length > 0 ? ", resume: true" : "";
    return this.statement(`, detach: true${resume}`);
  }
  private note(run: RunFolder): void {
    this.ground.note(processOf(run));
  }
}
