/**
 * Distributes work to workers and receives their reports. The coordinator does not depend on the kind of work and
 * assigns nothing: workers connect and take it. Work is leased; a worker that is silent too long loses its lease, and
 * the work is leased again. Each report counts once, by its number. A worker without a lease gets an error.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { CoordinatorServer, type CoordinatorApi, type CoordinatorRequestTimeouts } from "./server.js";
import {
  defaultTimings as usual,
  type WorkerInstruction,
  type WorkerReplyBodies,
  type WorkerRequestBody,
  type WorkerRequestName,
  type ContentHash,
  type CoordinatorTimings,
} from "./protocol.js";
import { WorkQueue, type QueuedWork } from "./queue.js";
import { WorkerRoster, type WorkLease, type RegisteredWorker } from "./roster.js";
import type { RemoteWork } from "./work.js";

export interface CoordinatorOptions {
  /** Version of this package: workers with another version are refused. */
  readonly version: string;
  /** Address of this machine to listen on. Defaults to the loopback address. */
  readonly host?: string;
  /** Defaults to any free port. */
  readonly port?: number;
  /** Temporary folder for arriving files, on the disk of the runs; created and removed by the coordinator. */
  readonly scratch: string;
  readonly timings?: Partial<CoordinatorTimings>;
  readonly patience?: CoordinatorRequestTimeouts;
  /** Number of workers that will be started: later ones may have what the first ones lack. If unset, it is unknown. */
  readonly expected?: number;
  /** Time in ms within which they are expected to connect. */
  readonly gather?: number;
  /** Receives messages for people: workers that join, leave or lack something. */
  readonly onNote?: (words: string) => void;
}

export class Coordinator implements CoordinatorApi {
  readonly token = randomBytes(32).toString("base64url");
  private readonly roster: WorkerRoster;
  /** Finished leases, so that a repeated `done` gets the same response. */
  private readonly finished = new Set<string>();
  private readonly queue: WorkQueue;
  private readonly timings: CoordinatorTimings;
  private readonly watch: NodeJS.Timeout;
  private door: CoordinatorServer | null = null;
  private over = false;

  private constructor(private readonly options: CoordinatorOptions) {
    this.timings = { ...usual, ...options.timings };
    this.roster = new WorkerRoster(options.scratch);
    this.queue = new WorkQueue({
      here: () => this.roster.names,
      expected: options.expected ?? 0,
      ...(options.gather !== undefined && { gather: options.gather }),
      onNote: (words) => options.onNote?.(words),
    });
    this.watch = setInterval(() => this.lookAround(), Math.min(1000, this.timings.lease / 4));
    this.watch.unref();
  }

  static async open(settings: CoordinatorOptions): Promise<Coordinator> {
    const made = new Coordinator(settings);
    made.door = await CoordinatorServer.open({
      host: settings.host ?? "127.0.0.1",
      port: settings.port ?? 0,
      token: made.token,
      api: made,
      ...(settings.patience && { patience: settings.patience }),
    });
    return made;
  }

  get url(): string {
    return this.door?.url ?? "";
  }
  /** Number of finished leases, successful or not. */
  get ended(): number {
    return this.finished.size;
  }
  get here(): number {
    return this.roster.size;
  }

  /** Queues work for the first worker that takes it; first in, first out. */
  give(given: RemoteWork): void {
    this.queue.give(given);
  }

  /** Withdraws work that no worker has taken. @returns whether it was still queued */
  withdraw(given: RemoteWork): boolean {
    return this.queue.withdraw(given);
  }

  /** Call when no further worker can connect: all queued work fails. */
  fail(error: Error): void {
    this.queue.fail(error);
  }

  /** Ends the work: workers that request more are dismissed, and running work is instructed to end. */
  finish(): void {
    this.over = true;
    this.queue.wake();
  }

  /** Dismisses workers that request work; remaining leases are lost. */
  async close(): Promise<void> {
    this.over = true;
    clearInterval(this.watch);
    this.queue.wake();
    for (const lease of this.roster.lent) this.roster.end(lease);
    await this.door?.close();
  }

  /** Drops the lease of a worker whose process is known to have ended. `name`: the name that it reported. */
  gone(name: string, why: string): void {
    for (const worker of this.roster.all) if (worker.name === name) this.forget(worker, why);
  }

  async answer<A extends WorkerRequestName>(
    requestName: A,
    body: WorkerRequestBody<A>,
    gone: AbortSignal,
  ): Promise<WorkerReplyBodies[A]> {
    return this.answers[requestName](body, gone);
  }

  private readonly answers: {
    readonly [A in WorkerRequestName]: (
      body: WorkerRequestBody<A>,
      gone: AbortSignal,
    ) => WorkerReplyBodies[A] | Promise<WorkerReplyBodies[A]>;
  } = {
    hello: (body) => this.hello(body),
    take: (body, gone) => this.takes(body, gone),
    tell: (body) => this.tell(body),
    beat: (body) => this.beat(body),
    holds: (body) => this.holds(body),
    done: (body) => this.done(body),
    back: (body) => this.back(body),
    leave: (body) => this.leave(body),
  };

  private hello({ tunebook, name }: WorkerRequestBody<"hello">): WorkerReplyBodies["hello"] {
    const { version } = this.options;
    if (tunebook !== version) {
      const error = new CodedError("worker-version", { worker: name, has: tunebook, wants: version });
      this.options.onNote?.(`The worker ${name} is Tunebook ${tunebook} and was sent away: this is ${version}.`);
      throw error;
    }
    return { worker: this.roster.add(name).id, timings: this.timings };
  }

  private async takes(
    { worker: id }: WorkerRequestBody<"take">,
    gone: AbortSignal,
  ): Promise<WorkerReplyBodies["take"]> {
    const worker = this.roster.heard(id);
    // A worker that requests work has none, so its last response was lost. It is repeated if nothing was reported for
    // the lease.
    if (worker.lease?.next === 0) return { work: worker.lease.lent };
    if (worker.lease)
      this.lose(worker.lease, `${worker.name} requested other work after ${String(worker.lease.next)} messages`);
    const until = Date.now() + this.timings.wait;
    for (;;) {
      worker.heard = Date.now();
      if (this.over || gone.aborted) return { none: "any more" };
      const work = this.queue.take(worker.name);
      if (work) {
        const lent = await this.lend(work, worker);
        if (lent) return { work: lent };
        if (!this.roster.isFree(worker)) return { none: "yet" };
        continue;
      }
      const left = until - Date.now();
      if (left <= 0) return { none: "yet" };
      await this.queue.more(Math.min(left, this.timings.lease / 3), gone);
    }
  }

  private async lend(work: QueuedWork, worker: RegisteredWorker) {
    let order;
    try {
      order = await work.given.begin(worker.name);
    } catch (error) {
      work.given.lost(error as Error);
      return null;
    }
    if (this.over) return null;
    // `begin` takes a while: the worker may have left or sent another request.
    if (!this.roster.isFree(worker)) {
      this.queue.again(work);
      return null;
    }
    return this.roster.lend(work, worker, order).lent;
  }

  private tell({ worker, lease: id, from, items }: WorkerRequestBody<"tell">): WorkerReplyBodies["tell"] {
    const lease = this.roster.leaseOf(worker, id);
    this.taken(lease, () => {
      for (const [i, item] of items.entries()) {
        // Skips items reported before, and items after a missing one.
        if (from + i !== lease.next) continue;
        lease.next += 1;
        lease.work.given.on(item);
      }
    });
    return { answer: this.answerOf(lease), next: lease.next };
  }

  private beat({ worker: id, lease }: WorkerRequestBody<"beat">): WorkerReplyBodies["beat"] {
    const worker = this.roster.heard(id);
    if (lease === null) return { answer: this.over ? "end" : "go on" };
    return { answer: this.answerOf(this.roster.leaseOf(worker.id, lease)) };
  }

  private answerOf({ work }: WorkLease): WorkerInstruction {
    return this.over ? "end" : work.given.answer();
  }

  private holds({ worker, lease: id, run, files }: WorkerRequestBody<"holds">): WorkerReplyBodies["holds"] {
    const lease = this.roster.leaseOf(worker, id);
    const { work, arrivals } = lease;
    return this.taken(lease, () => {
      const lacks = arrivals.announce(work.given.lacks(run, files));
      if (lacks.length === 0) work.given.holds(run, files, (folder, moved) => arrivals.place(folder, moved));
      return { lacks };
    });
  }

  /** A local failure (full disk, invalid content) ends the work, because another worker would get the same. */
  private taken<T>(lease: WorkLease, take: () => T): T {
    try {
      return take();
    } catch (error) {
      this.roster.end(lease);
      lease.work.given.lost(error as Error);
      throw error;
    }
  }

  private done({ worker, lease: id, outcome }: WorkerRequestBody<"done">): WorkerReplyBodies["done"] {
    if (this.finished.has(id)) return { taken: true };
    const lease = this.roster.leaseOf(worker, id);
    const { work } = lease;
    if ("result" in outcome) work.given.done(outcome.result);
    this.roster.end(lease);
    this.finished.add(id);
    if ("result" in outcome) return { taken: true };
    const { name } = lease.worker;
    const { failed } = outcome;
    const comes = work.given.failed(failed, name);
    if (comes === "elsewhere") this.queue.lacked(work, name, failed);
    else if (comes === "again") this.lost(work, `${name} reports: ${failed.message}`);
    return { taken: true };
  }

  private back({ worker, lease: id, why }: WorkerRequestBody<"back">): WorkerReplyBodies["back"] {
    const lease = this.roster.leaseOf(worker, id);
    this.lose(lease, `${lease.worker.name} returned it: ${why}`);
    return { taken: true };
  }

  private leave({ worker: id }: WorkerRequestBody<"leave">): WorkerReplyBodies["leave"] {
    const worker = this.roster.find(id);
    if (worker) this.forget(worker, `${worker.name} was stopped`, true);
    return { left: true };
  }

  offered(hash: string): ContentHash & { readonly path: string } {
    return this.roster.offered(hash);
  }

  async take(hash: string, request: IncomingMessage): Promise<void> {
    const lease = this.roster.lease(String(request.headers["x-tunebook-lease"]));
    if (!lease) throw new CodedError("lease-lost", { what: "the file's owner" });
    const alive = setInterval(() => (lease.worker.heard = Date.now()), this.timings.lease / 4);
    try {
      await lease.arrivals.take(hash, request);
    } finally {
      clearInterval(alive);
    }
    if (!this.roster.lease(lease.id)) throw new CodedError("lease-lost", { what: lease.work.given.title });
  }

  private lookAround(): void {
    const late = Date.now() - this.timings.lease;
    for (const worker of this.roster.all)
      if (worker.heard < late)
        this.forget(worker, `${worker.name} wasn't heard of for ${String(this.timings.lease / 1000)} s`);
    this.queue.look();
  }

  /** `good`: the worker announced its leave, so the work's loss count stays unchanged. */
  private forget(worker: RegisteredWorker, why: string, good = false): void {
    this.roster.remove(worker);
    const hadLease = worker.lease !== null;
    if (worker.lease) this.lose(worker.lease, why, good);
    if (this.over || good) return;
    if (!hadLease) this.options.onNote?.(`${why}.`);
    this.queue.look();
  }

  private lose(lease: WorkLease, why: string, good = false): void {
    const { work } = lease;
    this.roster.end(lease);
    if (this.over) return;
    if (good) this.queue.again(work);
    else this.lost(work, why);
  }
  private lost(work: QueuedWork, why: string): void {
    this.options.onNote?.(`${work.given.title} goes to another worker: ${why}.`);
    this.queue.lost(work, why);
  }
}
