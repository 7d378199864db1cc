/** A detached sweep with trials in separate processes: kills its process or one of the trials' processes. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readDetachedNote } from "#kernel/runs/detached-run.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { findTrialGroupNamed, type TrialGroup } from "#kernel/runs/together/trial-groups.js";
import { isTraining, runProgressOf as standing } from "#kernel/remote/supervisor/outcome.js";
import { runningTrainings } from "#kernel/remote/supervisor/running-processes.js";
import { groupProgress } from "#kernel/sweep-runs/watch-group.js";
import { registry } from "#stdlib/registry.js";
import { until } from "../../../../../until.js";
import { childrenOf } from "../../../../training/kills.js";
import { cell, isThere } from "../apart.js";
import { swept, trialsOf } from "../swept.js";
import { commandOf, treeOf, type Ground, type Kind, type Scene } from "./ground.js";

export class SweepScene implements Scene {
  readonly kinds: readonly Kind[] = ["sweep", "worker"];
  private expected = "";
  private runs = "";
  private number = 0;

  constructor(
    private readonly ground: Ground,
    private readonly o: { readonly trials: number },
  ) {}

  /** Runs without a runner: the process that trains a trial does not affect its numbers. */
  async prepare(): Promise<void> {
    const alone = join(this.ground.folder, "alone-sweep");
    await cell(this.ground.folder, alone, swept("found", this.o));
    this.expected = JSON.stringify(trialsOf(alone, "found"));
  }

  async kill(kind: Kind): Promise<boolean> {
    const of = await this.going();
    const id = readDetachedNote(of.folder)?.process.id ?? -1;
    this.ground.note(id);
    const workers = (): readonly number[] => childrenOf(id).filter((one) => commandOf(one).includes(" worker "));
    const before = this.steps();
    // Workers start one after another and first continue unfinished trials.
    const more = 1 + this.ground.below(8);
    await until(
      () => (workers().length > 0 && this.steps() >= before + more) || !this.trains(of),
      () => `steps of trials beyond ${String(before)}`,
      120,
    );
    await delay(this.ground.below(60));
    const victim = kind === "worker" ? this.ground.one(workers()) : id;
    if (victim === undefined || !this.trains(of)) {
      await this.toItsEnd();
      return false;
    }
    const done = groupProgress(of, registry).done;
    await this.ground.killed(victim, treeOf(victim), kind);
    const { is, how } = standing(RunFolder.open(of.folder));
    if (kind === "worker" && is !== "training" && is !== "done")
      this.ground.troubles.push(`a worker's end made the sweep ${is} (${how ?? ""})`);
    if (kind === "sweep" && is !== "cut off" && is !== "done")
      this.ground.troubles.push(`a sweep that was killed is told to be ${is} (${how ?? ""})`);
    if (groupProgress(of, registry).done < done) this.ground.troubles.push(`trials were lost by a kill of ${kind}`);
    if (kind === "sweep" && runningTrainings().some(({ folder }) => folder === of.folder))
      this.ground.troubles.push("a sweep that was killed is told to run");
    return true;
  }

  async toItsEnd(): Promise<void> {
    if (this.runs === "") return;
    for (let tries = 0; standing(this.whole(await this.going())).is !== "done" && tries < 5; tries++) {
      const of = await this.going();
      await until(() => !this.trains(of), "a sweep's end", 180);
    }
    const of = await this.going();
    const id = readDetachedNote(of.folder)?.process.id ?? -1;
    await until(() => !isThere(id), "the end of its process");
    const came = JSON.stringify(trialsOf(this.runs, "found"));
    if (came !== this.expected)
      this.ground.troubles.push(`sweep ${String(this.number)} came to other trials than the one left alone: ${came}`);
    const odd = [
      ...readdirSync(this.runs),
      ...readdirSync(of.folder),
      ...readdirSync(join(this.runs, "sweeps")),
    ].filter((name) => /^\.(starting|peer|writer|found)|\.sock$/.test(name));
    if (odd.length > 0) this.ground.troubles.push(`a sweep left behind: ${odd.join(", ")}`);
    rmSync(this.runs, { recursive: true });
    this.runs = "";
  }

  /** Returns the sweep; starts or resumes it if nothing runs it, unless it is done. */
  private async going(): Promise<TrialGroup> {
    if (this.runs === "") {
      this.number += 1;
      this.ground.begun += 1;
      this.runs = join(this.ground.folder, `swept-${String(this.number)}`);
    }
    const there = findTrialGroupNamed(this.runs, "found");
    if (there && (this.trains(there) || standing(this.whole(there)).is === "done")) return there;
    const text = swept("found", { ...this.o, more: ", detach: true, runner: processes(2)" });
    await cell(this.ground.folder, this.runs, text);
    return findTrialGroupNamed(this.runs, "found")!;
  }
  private whole({ folder }: TrialGroup): RunFolder {
    return RunFolder.open(folder);
  }
  private trains(of: TrialGroup): boolean {
    return isTraining(this.whole(of));
  }
  /** Returns the number of steps that its trials have logged so far, including repeated steps. */
  private steps(): number {
    return readdirSync(this.runs)
      .map((id) => RunFolder.open(join(this.runs, id)))
      .reduce((sum, run) => sum + run.events().filter(({ kind }) => kind === "step").length, 0);
  }
}
