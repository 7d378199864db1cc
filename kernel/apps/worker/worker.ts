/**
 * A worker process: repeatedly takes a job from a coordinator, runs it and reports the result. It exits when no job is
 * left, when it is told to, or when the coordinator cannot be reached any more.
 */
import { mkdirSync, rmSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { CoordinatorClient } from "../../remote/coordinator/client.js";
import { exitWithParent, stopParentWatch } from "../../remote/coordinator/orphaned-work.js";
import { removeUnusedFiles } from "../../remote/coordinator/file-store.js";
import { RANK_WORK } from "../../remote/coordinator/rank-order.js";
import { TRIAL_WORK } from "../../remote/coordinator/trial-order.js";
import type { WorkerInstruction, RemoteFailure, WorkerWelcome, LeasedWork } from "../../remote/coordinator/protocol.js";
import { cachePath } from "../../fetch/cache.js";
import { SchemaMismatch, type JsonRecord } from "../../fetch/json.js";
import { version } from "../../session/version.js";
import { Heartbeat, type HeartbeatMessage } from "./heartbeat.js";
import { TrialReporter } from "./trial-reporter.js";
import { RemoteTrialRunner } from "./trial.js";
import { join } from "node:path";
import { isProcessAlive, currentProcess } from "../../runs/writer.js";

/**
 * A worker's private folder in the cache, named after its process, so that folders of killed workers are found and
 * deleted.
 */
const named = /^([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)$/;

/** Makes the folder; deletes those of this machine's processes that have ended. */
export function makeWorkerFolder(root: string): string {
  const { machine, id, since } = currentProcess();
  const processFolder = join(root, `${machine}-${String(id)}-${since ?? "0"}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(root)) {
    const [, machineName, pid, began] = named.exec(name) ?? [];
    if (machineName === undefined) continue;
    if (
      isProcessAlive({ machine: machineName, id: Number(pid), since: began === "0" ? null : (began ?? null) }) === false
    )
      rmSync(join(root, name), { recursive: true, force: true });
  }
  mkdirSync(processFolder, { recursive: true, mode: 0o700 });
  return processFolder;
}

export interface WorkerOptions {
  readonly url: string;
  readonly token: string;
  /** Name for people. */
  readonly name: string;
  /** Null: all threads of the machine. */
  readonly threads: number | null;
  /** Milliseconds for which the coordinator may be unreachable. */
  readonly patience: number;
  /** The process that must exist; null: none. */
  readonly parent: number | null;
  /** Stops the worker: running work writes its checkpoint and uploads it. */
  readonly signal: AbortSignal;
  readonly onNote?: (words: string) => void;
}

type Outcome = { readonly result: JsonRecord } | { readonly failed: RemoteFailure };
/** Errors between a worker and its coordinator, caused neither by the work nor by this machine. */
const BETWEEN: readonly string[] = [
  "lease-lost",
  "coordinator-gone",
  "coordinator-answer",
  "request-refused",
  "not-offered",
];

/** Work in progress. */
interface Now {
  readonly work: LeasedWork;
  answer: WorkerInstruction;
  /** Interrupts the work. */
  readonly ends: AbortController;
  /** Aborted, with the reason, when reports are no longer accepted. */
  readonly lost: AbortController;
}

/**
 * Resolves when it has ended normally. Coded errors `worker-token`, `worker-version`, `coordinator-gone`,
 * `coordinator-answer`.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const client = new CoordinatorClient(options);
  const workFolder = makeWorkerFolder(cachePath("workers"));
  const cache = cachePath("blobs");
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  await removeUnusedFiles(cache);
  const { name, threads } = options;
  const trials = new RemoteTrialRunner({ workFolder, cache, name, threads, client });
  try {
    await new WorkerLoop(options, client, trials).run();
  } finally {
    await trials.close();
    await client.close();
    rmSync(workFolder, { recursive: true, force: true });
  }
}

class WorkerLoop {
  private now: Now | null = null;
  private heart: Heartbeat | null = null;
  private readonly gone = new AbortController();

  constructor(
    private readonly options: WorkerOptions,
    private readonly client: CoordinatorClient,
    private readonly trials: RemoteTrialRunner,
  ) {}

  async run(): Promise<void> {
    const stop = (): void => this.now?.ends.abort();
    this.options.signal.addEventListener("abort", stop);
    try {
      while (!this.options.signal.aborted) if (!(await this.serve())) break;
    } finally {
      this.options.signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Serves one registration; if the coordinator forgets this worker, it registers again. @returns whether there may be
   * more work
   */
  private async serve(): Promise<boolean> {
    const { name, threads, signal, parent } = this.options;
    if (parent !== null) exitWithParent(parent);
    const hello = { tunebook: version, name, threads: threads ?? availableParallelism() };
    const welcome = await this.client.ask("hello", hello, signal);
    const { worker } = welcome;
    this.heart = this.heartOf(welcome);
    stopParentWatch();
    const either = AbortSignal.any([signal, this.gone.signal]);
    try {
      for (;;) {
        const taken = await this.client.ask("take", { worker }, either);
        if ("none" in taken && taken.none === "any more") return false;
        if ("none" in taken) continue;
        await this.do(worker, taken.work);
        if (signal.aborted) return await this.leave(worker);
      }
    } catch (error) {
      if (this.gone.signal.aborted) throw this.gone.signal.reason;
      if (signal.aborted) return await this.leave(worker);
      if (!(error instanceof CodedError) || error.code !== "lease-lost") throw error;
      await delay(200);
      return true;
    } finally {
      await this.heart.stop();
    }
  }

  private heartOf({ worker, timings }: WorkerWelcome): Heartbeat {
    const { url, token, patience, parent } = this.options;
    return new Heartbeat({ url, token, worker, patience, parent, beat: timings.beat }, (message) => this.hear(message));
  }

  private hear(message: HeartbeatMessage): void {
    if ("gone" in message) {
      const { url, patience } = this.options;
      const seconds = Math.round(patience / 1000);
      this.gone.abort(new CodedError("coordinator-gone", { url, seconds, why: message.gone }));
      this.now?.lost.abort();
      this.now?.ends.abort();
    } else if (message.lease !== null && message.lease === this.now?.work.lease) {
      if ("answer" in message) this.answered(this.now, message.answer);
      else this.lose(this.now, new CodedError("lease-lost", { what: this.now.work.title }));
    }
  }

  private answered(now: Now, answer: WorkerInstruction): void {
    now.answer = answer;
    if (answer === "end") now.ends.abort();
  }
  private lose(now: Now, error: unknown): void {
    now.lost.abort(error);
    now.ends.abort();
  }

  private async do(worker: string, work: LeasedWork): Promise<void> {
    const now: Now = { work, answer: "go on", ends: new AbortController(), lost: new AbortController() };
    this.now = now;
    this.heart?.hold(work.lease);
    this.options.onNote?.(`${work.title} begins.`);
    const teller = new TrialReporter({
      client: this.client,
      worker,
      lease: work.lease,
      signal: now.lost.signal,
      onAnswer: (answer) => this.answered(now, answer),
      onLost: (error) => this.lose(now, error),
    });
    try {
      const outcome = await this.outcome(worker, now, teller);
      if (this.gone.signal.aborted) return;
      if (now.lost.signal.aborted) return await this.givesBack(worker, work, now.lost.signal.reason);
      // When stopping, it leaves its work to another worker, which resumes from the checkpoint.
      if (this.options.signal.aborted && "failed" in outcome) return;
      await this.done(worker, work, outcome);
    } finally {
      teller.end();
      this.heart?.hold(null);
      this.now = null;
    }
  }

  private async done(worker: string, work: LeasedWork, outcome: Outcome): Promise<void> {
    await this.client.ask("done", { worker, lease: work.lease, outcome }, this.gone.signal);
    const { onNote } = this.options;
    if ("result" in outcome) onNote?.(`${work.title} is done.`);
    else if (outcome.failed.code === "interrupted") onNote?.(`${work.title} is interrupted.`);
    else onNote?.(`${work.title} failed: ${outcome.failed.message}`);
  }

  /** Results could not be reported or uploaded: sends the coordinator the reason, and another worker continues. */
  private async givesBack(worker: string, work: LeasedWork, error: unknown): Promise<void> {
    const code = error instanceof CodedError ? error.code : null;
    if (code === "lease-lost") return this.options.onNote?.(`${work.title} is another worker's by now.`);
    // No coordinator to report to.
    if (code === "coordinator-gone") throw error;
    const failed = failureOf(error);
    // This machine caused the error (such as a full disk), and another may succeed.
    if (code !== null && !BETWEEN.includes(code)) return this.done(worker, work, { failed });
    const why = failed.message;
    this.options.onNote?.(`${work.title} is given back: ${why}`);
    await this.client.ask("back", { worker, lease: work.lease, why }, this.gone.signal).catch((failure: unknown) => {
      if (!(failure instanceof CodedError) || failure.code !== "lease-lost") throw failure;
    });
  }

  private async outcome(worker: string, now: Now, teller: TrialReporter): Promise<Outcome> {
    const { work } = now;
    try {
      if (work.kind !== TRIAL_WORK && work.kind !== RANK_WORK)
        throw new CodedError("request-refused", { why: `this version does no work of the kind ${work.kind}` });
      const doing = {
        worker,
        work,
        teller,
        answer: () => now.answer,
        signal: now.ends.signal,
        lost: now.lost.signal,
        onLost: (error: unknown) => this.lose(now, error),
      };
      if (work.kind === RANK_WORK) return await this.trials.rank(doing).then(() => ({ result: {} }));
      const result = await this.trials.do(doing);
      return { result: { ...result } };
    } catch (error) {
      if (error instanceof CodedError && BETWEEN.includes(error.code)) this.lose(now, error);
      return { failed: failureOf(error) };
    }
  }

  /** Leaves the coordinator, so that its work goes to another worker at once. */
  private async leave(worker: string): Promise<false> {
    await this.client.ask("leave", { worker }).catch(() => undefined);
    return false;
  }
}

function failureOf(error: unknown): RemoteFailure {
  if (error instanceof CodedError)
    return { code: error.code, data: error.data, message: diagnosticText(error).message.slice(0, 4000) };
  const why = error instanceof SchemaMismatch ? error.why : error instanceof Error ? error.message : String(error);
  const aborted = error instanceof Error && error.name === "AbortError";
  return { code: aborted ? "interrupted" : null, data: null, message: why.slice(0, 4000) };
}
