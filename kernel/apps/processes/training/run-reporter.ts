/**
 * Reports a detached training, or several as one: in a note in the folder, over its socket, and to the process that
 * started it.
 */
import { existsSync } from "node:fs";
import { OpenDetachedNote } from "../../../runs/detached-run.js";
import { RunFolder } from "../../../runs/run-folder.js";
import { currentProcess } from "../../../runs/writer.js";
import { ControlServer, type ControlledTraining } from "../../../remote/supervisor/server.js";
import type { TrainingStatus } from "../../../remote/supervisor/protocol.js";
import { finishDetachedStart, type StartReport } from "../../../remote/supervisor/start-process.js";
import type { RunEvent } from "../../../events/events.js";
import type { TrainingFollower } from "../../../session/execution-context.js";
import { lockRun } from "../../../runs/run-lock.js";
import { writeTrialGroup, type TrialGroupStatement } from "../../../runs/together/trial-groups.js";
import { registerRunningTraining } from "../../../remote/supervisor/running-processes.js";
import type { OpenSession } from "../../../session/open-session.js";
import { groupProgress } from "../../../sweep-runs/watch-group.js";

export class RunReporter implements TrainingFollower, ControlledTraining {
  private folder: string | null = null;
  private note: OpenDetachedNote | null = null;
  private server: ControlServer | null = null;
  private stands: Pick<TrainingStatus, "step" | "steps" | "stopping"> = { step: 0, steps: null, stopping: false };
  private name = "";
  private counted: (() => { readonly done: number; readonly of: number | null }) | null = null;

  /** `job`: the folder that describes the training, until the run has a folder. */
  constructor(
    private readonly job: string,
    private readonly stopping: AbortController,
    private readonly tell: (report: StartReport) => Promise<void>,
  ) {}

  async began(name: string, folder: string): Promise<void> {
    this.name = name;
    this.folder = folder;
    this.note = OpenDetachedNote.write(folder, {
      version: 1,
      name,
      process: currentProcess(),
      since: new Date().toISOString(),
    });
    finishDetachedStart(this.job, folder);
    this.server = await ControlServer.open(folder, this);
    await this.tell({ is: "run", folder });
  }
  event(event: RunEvent): void {
    if (event.kind === "started") this.stands = { ...this.stands, steps: event.steps, step: event.resumedFrom ?? 0 };
    if (event.kind === "step") this.stands = { ...this.stands, step: event.step };
    if (event.kind === "stopping") this.stands = { ...this.stands, stopping: true };
    this.server?.event(event);
  }
  validating(done: number, total: number): void {
    this.server?.validating(done, total);
  }

  /** For several trainings as one: reports the number of finished trainings instead of steps. */
  counts(counted: () => { readonly done: number; readonly of: number | null }): void {
    this.counted = counted;
  }

  status(): TrainingStatus {
    const { done, of: total } = this.counted?.() ?? { done: this.stands.step, of: this.stands.steps };
    return {
      name: this.name,
      run: RunFolder.open(this.folder ?? "").id,
      process: process.pid,
      ...this.stands,
      step: done,
      steps: total,
    };
  }
  stop(): void {
    this.stands = { ...this.stands, stopping: true };
    this.stopping.abort();
  }
  kill(): void {
    process.kill(process.pid, "SIGKILL");
  }

  /** True if its folder was moved or deleted. */
  get isGone(): boolean {
    return this.folder !== null && !existsSync(this.folder);
  }
  over(end: { readonly exit: number; readonly why?: string }): void {
    this.note?.end({ signal: null, ...end });
    this.note = null;
  }
  async close(): Promise<void> {
    await this.server?.close();
  }
}

/** Takes the folder of several trainings that run as one, and reports it; the returned function releases it. */
export async function reportTrialGroup(
  reporter: RunReporter,
  session: Pick<OpenSession, "runs" | "vocabulary">,
  statement: TrialGroupStatement,
): Promise<() => void> {
  const together = writeTrialGroup(session.runs, statement);
  const lock = await lockRun(together.folder, "train");
  lock.whenReleased(registerRunningTraining(together.folder));
  reporter.counts(() => groupProgress(together, session.vocabulary.registry));
  await reporter.began(statement.name, together.folder);
  return () => lock.release();
}
