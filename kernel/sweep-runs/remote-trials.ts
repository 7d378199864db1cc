/**
 * Trials that workers train. Each trial's program is compiled on this machine and its inputs are named by content hash.
 * The worker trains it exactly as this machine would. Its runs are mirrored in this machine's folder of runs, so that
 * after the loss of a worker the next one continues from the last uploaded checkpoint.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError, codeEntryOf, type Code, type CodeData, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readCheckpoints } from "../runs/checkpoints.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { BaseModel } from "../bases/base.js";
import type { HostContext } from "../host/host-context.js";
import type { Coordinator } from "../remote/coordinator/coordinator.js";
import type { RemoteFailure, WorkEvent, InputFile, RunFile } from "../remote/coordinator/protocol.js";
import { RunReplica } from "../remote/coordinator/replica.js";
import { filesOfRun } from "../remote/coordinator/run-files.js";
import {
  TRIAL_WORK,
  trialResultSchema,
  type TrialObjective,
  type RunToResume,
  type TrialOrder,
} from "../remote/coordinator/trial-order.js";
import type { RemoteWork, WorkOrder } from "../remote/coordinator/work.js";
import { matchSchema, SchemaMismatch, type JsonRecord } from "../fetch/json.js";
import { isRunOfTrial, findRunsNamed } from "../runs/history/runs-by-recipe.js";
import { cachedSha256Of } from "../fetch/hashed.js";
import { planInputsOf } from "../runs/record/ingredients.js";
import { jobSpecFiles, type JobSpec } from "../remote/jobs/shipment.js";
import type { TrialProgram, TrialRequest, TrialOutcome, TrialRunner } from "./trial-program.js";

/** The parts of a sweep that its remote trials need. */
export interface RemoteTrialSweepContext {
  readonly session: {
    readonly runs: string;
    readonly weights: { parts(plan: Plan, s: HostContext): Promise<{ readonly base: BaseModel }> };
  };
  readonly stage: {
    readonly hostContext: HostContext;
    readonly signal?: AbortSignal;
    readonly experiment?: { readonly name: string; readonly notes: string };
  };
  readonly sweep: TrialObjective;
}
export interface RemoteTrialOptions {
  readonly coordinator: Pick<Coordinator, "give" | "withdraw">;
  /** Compiles a trial's program, and reports its hashes to the requester. */
  readonly plansOf: (request: TrialRequest) => Promise<TrialProgram["plans"]>;
  readonly around: RemoteTrialSweepContext;
  /** The sweep as a job for other processes, and the folder that it is written in. */
  readonly shipment: JobSpec;
  readonly folder: string;
  /** Receives runs that start and their events, so that trackers treat them like local ones. */
  readonly tells: { began(run: string, trial: TrialOfRun): void; happened(run: string): void };
  /** Receives a worker's notes about a trial, for display. */
  readonly onNote: (words: string) => void;
}

/** Milliseconds that the worker of an interrupted trial has to upload its checkpoint. */
const HANDED_IN = 20_000;
/** Errors of a worker that lacks something another may have: the trial is not the cause. */
const LACKING: readonly string[] = [
  ...["engine-unavailable", "device-unavailable", "wrong-machine", "sql-package"],
  ...["base-not-found", "base-incomplete", "base-damaged", "missing-file", "absolute-elsewhere", "not-trained"],
  ...["no-space", "disk-full", "cannot-write", "run-folder", "network-failed", "checksum-mismatch", "work-otherwise"],
];

/** Treated like the end of the worker, because a trial that is too large ends the engine of every worker. */
const ENGINE_ENDED: readonly string[] = ["engine-died", "engine-closed"];

export function remoteTrialRunner(options: RemoteTrialOptions): TrialRunner {
  return async (request) => {
    const plans = await options.plansOf(request);
    const reads = await trialInputFilesOf(options, plans);
    request.signal.throwIfAborted();
    const settled = new AbortController();
    const outcome = new Promise<readonly TrialOutcome[]>((done, failed) => {
      const trial = new Trial({ ...options, request, plans, ...reads }, { done, failed });
      options.coordinator.give(trial);
      trial.untilAborted(() => options.coordinator.withdraw(trial), settled.signal);
    });
    return outcome.finally(() => settled.abort());
  };
}

export interface TrialInputFiles {
  readonly files: readonly InputFile[];
  /** Files of the job, with their local paths. */
  readonly tables: readonly InputFile[];
  readonly shipped: readonly RunFile[];
  readonly bases: TrialOrder["bases"];
}

/** Returns all files that the plans read, and those of the job. */
export async function trialInputFilesOf(
  {
    around: { session, stage },
    shipment,
    folder,
  }: Pick<RemoteTrialOptions, "shipment" | "folder"> & {
    readonly around: Pick<RemoteTrialSweepContext, "session" | "stage">;
  },
  plans: readonly { readonly plan: Plan }[],
): Promise<TrialInputFiles> {
  const files = new Map<string, InputFile>();
  const bases = new Map<string, string>();
  const add = (path: string, hash: string, bytes: number): unknown => files.set(path, { path, hash, bytes });
  for (const { plan } of plans) {
    const { base } = plan.recipe.model.scratch
      ? { base: undefined }
      : await session.weights.parts(plan, stage.hostContext);
    const { files: read } = await planInputsOf(plan.recipe, {
      folder: stage.hostContext.folder,
      base,
      signal: stage.signal,
    });
    for (const { path, hash, bytes } of read) add(path, hash, bytes);
    if (!base) continue;
    bases.set(plan.recipe.model.baseHash ?? base.hash, base.folder);
    for (const beside of [join(base.folder, "learnt.json"), join(dirname(base.folder), "learnt.json")])
      if (existsSync(beside)) for (const { path, hash, bytes } of await named([beside])) add(path, hash, bytes);
  }
  const shipped = await named(jobSpecFiles(shipment).map((name) => join(folder, name)));
  return {
    files: [...files.values()],
    tables: shipped,
    shipped: shipped.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) })),
    bases: [...bases].map(([hash, baseFolder]) => ({ hash, folder: baseFolder })),
  };
}

async function named(paths: readonly string[]): Promise<readonly InputFile[]> {
  const { stat } = await import("node:fs/promises");
  return Promise.all(
    paths.map(async (path) => ({ path, hash: await cachedSha256Of(path), bytes: (await stat(path)).size })),
  );
}

interface Of extends RemoteTrialOptions, TrialInputFiles {
  readonly request: TrialRequest;
  readonly plans: TrialProgram["plans"];
}
interface Settles {
  readonly done: (outcomes: readonly TrialOutcome[]) => void;
  readonly failed: (error: unknown) => void;
}

class Trial implements RemoteWork {
  readonly kind = TRIAL_WORK;
  private begun: readonly RunToResume[] = [];
  /** Replicas by number of the run. */
  private readonly replicas = new Map<number, RunReplica>();
  /** A worker's run ids → the local run ids. */
  private readonly ids = new Map<string, string>();
  /** The last reported update, by number of the run. */
  private readonly steps = new Map<number, number>();
  private lent = false;

  constructor(
    private readonly options: Of,
    private readonly settles: Settles,
  ) {}

  get title(): string {
    return `trial ${String(this.options.request.trialOf.number)} of ${this.options.request.trialOf.sweep}`;
  }

  /**
   * After an interrupt, waits a while for the worker's upload.
   * @param withdraw removes the trial if no worker has taken it
   */
  untilAborted(withdraw: () => boolean, settled: AbortSignal): void {
    const { signal } = this.options.request;
    const stop = (): void => {
      if (withdraw() || !this.lent) this.settles.failed(this.interrupted());
      else setTimeout(() => this.settles.failed(this.interrupted()), HANDED_IN).unref();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true, signal: settled });
  }

  private interrupted(): CodedError {
    return new CodedError("interrupted", {
      what: `the sweep ${this.options.request.trialOf.sweep}`,
      kept: "the trials done so far are kept: run the statement again to continue",
    });
  }

  async begin(): Promise<WorkOrder> {
    const { request, plans, around, bases, files, tables, shipped } = this.options;
    // An earlier worker may have started it, too.
    this.begun = request.resume || this.ids.size > 0 ? await this.before() : [];
    this.lent = true;
    const { goal, goals, require } = around.sweep;
    const order: TrialOrder = {
      laid: files.length,
      shipment: shipped,
      plans,
      of: request.trialOf,
      bases,
      begun: this.begun,
      aims: { goal, goals, ...(require && { require }) },
    };
    const runs = this.begun.flatMap(({ id, files: runFiles }) =>
      runFiles.map((file) => ({ ...file, path: join(around.session.runs, id, file.path) })),
    );
    return { order: { ...order }, files: [...files, ...tables, ...runs] };
  }

  /** Returns the trial's runs that have a checkpoint to continue from. */
  private async before(): Promise<readonly RunToResume[]> {
    const { request, plans, around } = this.options;
    const found: RunToResume[] = [];
    for (const { name, plan } of plans) {
      const run = findRunsNamed(around.session.runs, name, plan.recipeHash).find(
        (one) => isRunOfTrial(one, request.trialOf) && readCheckpoints(one).length > 0,
      );
      if (run) found.push({ id: run.id, files: await filesOfRun(run.path, { whole: true }) });
    }
    return found;
  }

  on(item: WorkEvent): void {
    const { request, onNote } = this.options;
    switch (item.is) {
      case "run":
        return this.run(item.run, item.id, item.lock);
      case "steps":
        return request.onSteps(item.steps);
      case "step":
        // A resumed run repeats the reports of its earlier updates.
        if (item.step <= (this.steps.get(item.run) ?? 0)) return;
        this.steps.set(item.run, item.step);
        return request.onStep(item.step, item.tokens);
      case "report":
        return request.onReport(item.step, item.score);
      case "log":
        return this.log(item.run, item.line);
      case "note":
        return onNote(`${this.title}: ${item.words}`);
    }
  }

  private run(number: number, id: string, lock: JsonRecord): void {
    const { around, request, plans, bases } = this.options;
    const { name, plan } = mustExist(plans[number], "a run's plan");
    this.replicas.get(number)?.release();
    const known = this.begun.find((one) => one.id === id);
    const folder = join(around.session.runs, id);
    const base = plan.recipe.model.trained && bases.find(({ hash }) => hash === plan.recipe.model.baseHash)?.folder;
    const made = known
      ? RunReplica.again(folder, known.files)
      : RunReplica.make(around.session.runs, id, this.expected({ name, plan, base }), lock);
    this.replicas.set(number, made);
    this.ids.set(id, made.id);
    this.options.tells.began(made.run.path, request.trialOf);
    request.onRun(made.run.path);
  }
  private log(run: number, line: string): void {
    const replica = this.replica(run);
    replica.log(line);
    this.options.tells.happened(replica.run.path);
  }
  private expected({ name, plan, base }: { name: string; plan: Plan; base: string | undefined }) {
    const { around, request } = this.options;
    const { hostContext, experiment } = around.stage;
    return {
      name,
      plan,
      trial: request.trialOf,
      home: hostContext.folder,
      ...(base !== undefined && { base }),
      ...(experiment && { experiment: { name: experiment.name, notes: experiment.notes } }),
    };
  }

  private replica(run: number): RunReplica {
    const found = this.replicas.get(run);
    if (!found) throw new CodedError("request-refused", { why: "there is no report of that run" });
    return found;
  }

  answer(): "go on" | "prune" | "stop" | "end" {
    const { request } = this.options;
    if (request.signal.aborted) return "end";
    const ends = request.ends();
    return ends === null ? "go on" : ends === "stop" ? "stop" : "prune";
  }

  lacks(run: number, files: readonly RunFile[]): readonly RunFile[] {
    return this.replica(run).lacks(files);
  }
  holds(run: number, files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void {
    this.replica(run).holds(files, move);
  }

  left(): void {
    for (const replica of this.replicas.values()) replica.release();
    this.replicas.clear();
  }

  done(result: JsonRecord): void {
    const { around } = this.options;
    try {
      const { outcomes } = matchSchema(result, trialResultSchema);
      this.settles.done(
        outcomes.map(({ run, ...rest }) => ({ ...rest, run: join(around.session.runs, this.ids.get(run) ?? run) })),
      );
    } catch (error) {
      if (!(error instanceof SchemaMismatch)) throw error;
      throw new CodedError("request-refused", { why: error.why }, { cause: error });
    }
  }

  failed({ code, data, message }: RemoteFailure): "over" | "elsewhere" | "again" {
    if (this.options.request.signal.aborted || code === "interrupted") this.settles.failed(this.interrupted());
    else if (code !== null && LACKING.includes(code)) return "elsewhere";
    else if (code !== null && ENGINE_ENDED.includes(code)) return "again";
    else if (code !== null && codeEntryOf(code) !== undefined)
      this.settles.failed(new CodedError(code as Code, data as CodeData[Code]));
    else this.settles.failed(new Error(message));
    return "over";
  }

  lost(error: Error): void {
    this.settles.failed(this.options.request.signal.aborted ? this.interrupted() : error);
  }
}
