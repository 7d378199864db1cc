/**
 * Who gives work to workers and hears of it. It knows no kind of work and places nobody: workers come and take. Work is lent;
 * a worker that isn't heard of in time loses it, and it is lent again. What is told counts once, by its number; who has no
 * lease any more is told so.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { Arrivals } from "./arrivals.js";
import { Door, type Desk, type Patience } from "./server.js";
import {
  timings as usual,
  type Answer,
  type Answers,
  type Ask,
  type Asked,
  type Blob,
  type Read,
  type Timings,
} from "./protocol.js";
import type { Given } from "./work.js";
import "./codes.js";

export interface CoordinatorOptions {
  /** Of this package: workers of another are sent away. */
  readonly version: string;
  /** An address of this machine; absent: nobody else reaches it. */
  readonly host?: string;
  /** Absent: any that is free. */
  readonly port?: number;
  /** A folder on the disk of the runs, for what arrives; made and taken away here. */
  readonly scratch: string;
  readonly timings?: Partial<Timings>;
  readonly patience?: Patience;
  /** Told of workers that come, go and lack something, for people. */
  readonly onNote?: (words: string) => void;
}
/** So often work is lent again before it is given up. */
export const TIMES = 4;

interface Worker {
  readonly id: string;
  readonly name: string;
  heard: number;
  lease: Lease | null;
}
interface Lease {
  readonly id: string;
  readonly work: Queued;
  readonly worker: Worker;
  readonly files: ReadonlyMap<string, Read>;
  readonly arrivals: Arrivals;
  /** What its worker was answered. */
  readonly lent: LentWork;
  next: number;
}
type LentWork = Extract<Answers["take"], { readonly work: unknown }>["work"];
interface Queued {
  readonly given: Given;
  /** Workers that lack what it needs. */
  readonly unable: Set<string>;
  times: number;
  why: string;
  lease: Lease | null;
}

export class Coordinator implements Desk {
  readonly token = randomBytes(32).toString("base64url");
  private readonly workers = new Map<string, Worker>();
  private readonly leases = new Map<string, Lease>();
  /** Those that ended, so that what is sent again is answered as it was. */
  private readonly finished = new Set<string>();
  private queue: Queued[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly timings: Timings;
  private readonly watch: NodeJS.Timeout;
  private door: Door | null = null;
  private over = false;
  /** Why nobody will do anything any more. */
  private hopeless: Error | null = null;

  private constructor(private readonly o: CoordinatorOptions) {
    this.timings = { ...usual, ...o.timings };
    this.watch = setInterval(() => this.lookAround(), Math.min(1000, this.timings.lease / 4));
    this.watch.unref();
  }

  static async open(o: CoordinatorOptions): Promise<Coordinator> {
    const made = new Coordinator(o);
    made.door = await Door.open({
      ...{ host: o.host ?? "127.0.0.1", port: o.port ?? 0, token: made.token, desk: made },
      ...(o.patience && { patience: o.patience }),
    });
    return made;
  }

  get url(): string {
    return this.door?.url ?? "";
  }
  /** How much work was done, well or badly. */
  get ended(): number {
    return this.finished.size;
  }
  /** How many workers are there. */
  get here(): number {
    return this.workers.size;
  }

  /** Done by whoever takes it first; those that were given earlier are taken first. */
  give(given: Given): void {
    if (this.hopeless) return given.lost(this.hopeless);
    this.queue.push({ given, unable: new Set(), times: 0, why: "", lease: null });
    this.wake();
  }

  /** Work that nobody has taken. @returns whether it was there */
  withdraw(given: Given): boolean {
    const before = this.queue.length;
    this.queue = this.queue.filter((one) => one.given !== given);
    return this.queue.length < before;
  }

  /** No worker will come any more: work that is given is lost. */
  fail(error: Error): void {
    this.hopeless = error;
    const { queue } = this;
    this.queue = [];
    for (const { given } of queue) given.lost(error);
  }

  /** Workers that ask are sent home; leases that are still there are lost. */
  async close(): Promise<void> {
    this.over = true;
    clearInterval(this.watch);
    this.wake();
    for (const lease of [...this.leases.values()]) this.end(lease);
    await this.door?.close();
  }

  /** A worker's process is known to have ended: nobody waits for its lease. `name`: as it called itself. */
  gone(name: string, why: string): void {
    for (const worker of this.workers.values()) if (worker.name === name) this.forget(worker, why);
  }

  async answer<A extends Asked>(asked: A, body: Ask<A>, gone: AbortSignal): Promise<Answers[A]> {
    return (await this.said(asked, body as never, gone)) as Answers[A];
  }

  private said(asked: Asked, body: never, gone: AbortSignal): Promise<unknown> | unknown {
    switch (asked) {
      case "hello":
        return this.hello(body);
      case "take":
        return this.takes(body, gone);
      case "tell":
        return this.tell(body);
      case "beat":
        return this.beat(body);
      case "holds":
        return this.holds(body);
      case "done":
        return this.done(body);
      case "back":
        return this.back(body);
      case "leave":
        return this.leave(body);
    }
  }

  private hello({ tunebook, name }: Ask<"hello">): Answers["hello"] {
    const { version } = this.o;
    if (tunebook !== version) {
      const error = new CodedError("worker-version", { worker: name, has: tunebook, wants: version });
      this.o.onNote?.(`The worker ${name} is Tunebook ${tunebook} and was sent away: this is ${version}.`);
      throw error;
    }
    const worker: Worker = { id: randomBytes(16).toString("hex"), name, heard: Date.now(), lease: null };
    this.workers.set(worker.id, worker);
    return { worker: worker.id, timings: this.timings };
  }

  private async takes({ worker: id }: Ask<"take">, gone: AbortSignal): Promise<Answers["take"]> {
    const worker = this.heard(id);
    // Whoever asks for work has none: an answer got lost, and is given again where nothing was told of that work.
    if (worker.lease?.next === 0) return { work: worker.lease.lent };
    if (worker.lease)
      this.lose(worker.lease, `${worker.name} asked for other work after ${String(worker.lease.next)} messages`);
    const until = Date.now() + this.timings.wait;
    for (;;) {
      worker.heard = Date.now();
      if (this.over || gone.aborted) return { none: "any more" };
      const at = this.queue.findIndex(({ unable }) => !unable.has(worker.name));
      const [work] = at < 0 ? [] : this.queue.splice(at, 1);
      if (work) {
        const lent = await this.lend(work, worker);
        if (lent) return { work: lent };
        if (this.workers.get(worker.id) !== worker || worker.lease) return { none: "yet" };
        continue;
      }
      const left = until - Date.now();
      if (left <= 0) return { none: "yet" };
      await this.someWork(Math.min(left, this.timings.lease / 3), gone);
    }
  }

  private someWork(wait: number, gone: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        gone.removeEventListener("abort", done);
        wake();
      };
      const timer = setTimeout(done, wait);
      this.waiting.add(done);
      gone.addEventListener("abort", done, { once: true });
    });
  }
  private wake(): void {
    for (const done of [...this.waiting]) done();
  }

  private async lend(work: Queued, worker: Worker) {
    let order;
    try {
      order = await work.given.begin(worker.name);
    } catch (error) {
      work.given.lost(error as Error);
      return null;
    }
    if (this.over) return null;
    // It takes a while: its worker may have gone, or have asked again.
    if (this.workers.get(worker.id) !== worker || worker.lease) {
      this.queue.unshift(work);
      this.wake();
      return null;
    }
    const id = randomBytes(16).toString("hex");
    const files = new Map(order.files.map((file) => [file.hash, file]));
    const arrivals = new Arrivals(join(this.o.scratch, id));
    const { kind, title } = work.given;
    const lent: LentWork = { lease: id, kind, title, ...order };
    const lease: Lease = { ...{ id, work, worker, files, arrivals, lent }, next: 0 };
    work.lease = lease;
    worker.lease = lease;
    worker.heard = Date.now();
    this.leases.set(id, lease);
    return lent;
  }

  private tell({ worker, lease: id, from, items }: Ask<"tell">): Answers["tell"] {
    const lease = this.leaseOf(worker, id);
    this.taken(lease, () => {
      for (const [i, item] of items.entries()) {
        // Told before, or after something that didn't arrive yet.
        if (from + i !== lease.next) continue;
        lease.next += 1;
        lease.work.given.on(item);
      }
    });
    return { answer: this.answerOf(lease), next: lease.next };
  }

  private beat({ worker: id, lease }: Ask<"beat">): Answers["beat"] {
    const worker = this.heard(id);
    if (lease === null) return { answer: this.over ? "end" : "go on" };
    return { answer: this.answerOf(this.leaseOf(worker.id, lease)) };
  }

  private answerOf({ work }: Lease): Answer {
    return this.over ? "end" : work.given.answer();
  }

  private holds({ worker, lease: id, run, files }: Ask<"holds">): Answers["holds"] {
    const lease = this.leaseOf(worker, id);
    const { work, arrivals } = lease;
    return this.taken(lease, () => {
      const lacks = arrivals.announce(work.given.lacks(run, files));
      if (lacks.length === 0) work.given.holds(run, files, (folder, moved) => arrivals.place(folder, moved));
      return { lacks };
    });
  }

  /** What can't be taken here (a full disk, a thing that can't be) ends the work: elsewhere it would come to the same. */
  private taken<T>(lease: Lease, take: () => T): T {
    try {
      return take();
    } catch (error) {
      this.end(lease);
      lease.work.given.lost(error as Error);
      throw error;
    }
  }

  private done({ worker, lease: id, outcome }: Ask<"done">): Answers["done"] {
    if (this.finished.has(id)) return { taken: true };
    const lease = this.leaseOf(worker, id);
    const { work } = lease;
    if ("result" in outcome) work.given.done(outcome.result);
    this.end(lease);
    this.finished.add(id);
    if ("result" in outcome) return { taken: true };
    const { name } = lease.worker;
    if (!work.given.failed(outcome.failed, name)) this.another(work, name, outcome.failed.message);
    return { taken: true };
  }

  /** What one worker lacks another may have; where all that are here lack it, nobody does it. */
  private another(work: Queued, worker: string, why: string): void {
    work.unable.add(worker);
    this.o.onNote?.(`${worker} can't do ${work.given.title}: ${why}`);
    const able = [...this.workers.values()].some(({ name }) => !work.unable.has(name));
    if (able) this.again(work, why);
    else work.given.lost(new CodedError("worker-lacks", { what: work.given.title, worker, why }));
  }

  private back({ worker, lease: id, why }: Ask<"back">): Answers["back"] {
    const lease = this.leaseOf(worker, id);
    this.lose(lease, `${lease.worker.name} gave it back: ${why}`);
    return { taken: true };
  }

  private leave({ worker: id }: Ask<"leave">): Answers["leave"] {
    const worker = this.workers.get(id);
    if (worker) this.forget(worker, `${worker.name} was told to end`, true);
    return { left: true };
  }

  offered(hash: string): Blob & { readonly path: string } {
    for (const { files } of this.leases.values()) {
      const found = files.get(hash);
      if (found) return found;
    }
    throw new CodedError("not-offered", { hash });
  }

  async take(hash: string, request: IncomingMessage): Promise<void> {
    const lease = this.leases.get(String(request.headers["x-tunebook-lease"]));
    if (!lease) throw new CodedError("lease-lost", { what: "what the file is of" });
    const alive = setInterval(() => (lease.worker.heard = Date.now()), this.timings.lease / 4);
    try {
      await lease.arrivals.take(hash, request);
    } finally {
      clearInterval(alive);
    }
    if (!this.leases.has(lease.id)) throw new CodedError("lease-lost", { what: lease.work.given.title });
  }

  private heard(id: string): Worker {
    const worker = this.workers.get(id);
    if (!worker) throw new CodedError("lease-lost", { what: "what this worker did" });
    worker.heard = Date.now();
    return worker;
  }
  private leaseOf(worker: string, id: string): Lease {
    const lease = this.leases.get(id);
    if (lease?.worker.id !== worker)
      throw new CodedError("lease-lost", { what: lease?.work.given.title ?? "this work" });
    lease.worker.heard = Date.now();
    return lease;
  }

  private lookAround(): void {
    const late = Date.now() - this.timings.lease;
    for (const worker of this.workers.values())
      if (worker.heard < late)
        this.forget(worker, `${worker.name} wasn't heard of for ${String(this.timings.lease / 1000)} s`);
  }

  /** `good`: it said so, and its work counts as often as before. */
  private forget(worker: Worker, why: string, good = false): void {
    this.workers.delete(worker.id);
    const held = worker.lease !== null;
    if (worker.lease) this.lose(worker.lease, why, good);
    if (this.over || good) return;
    if (!held) this.o.onNote?.(`${why}.`);
    for (const work of [...this.queue]) this.stillAble(work);
  }

  /** The only one that could do it may have gone; one that comes in its place lacks the same. */
  private stillAble(work: Queued): void {
    if (work.unable.size === 0 || this.workers.size === 0) return;
    if ([...this.workers.values()].some(({ name }) => !work.unable.has(name))) return;
    this.withdraw(work.given);
    const [worker = ""] = [...work.unable].slice(-1);
    work.given.lost(new CodedError("worker-lacks", { what: work.given.title, worker, why: work.why }));
  }

  private lose(lease: Lease, why: string, good = false): void {
    const { work } = lease;
    this.end(lease);
    if (this.over) return;
    if (!good) this.o.onNote?.(`${work.given.title} goes to another worker: ${why}.`);
    if (!good) work.times += 1;
    if (work.times < TIMES) this.again(work, why);
    else work.given.lost(new CodedError("work-lost", { what: work.given.title, times: work.times, why }));
  }

  private again(work: Queued, why: string): void {
    work.why = why;
    // Before what nobody has begun.
    this.queue.unshift(work);
    this.wake();
  }

  private end(lease: Lease): void {
    const { work, worker, arrivals, id } = lease;
    this.leases.delete(id);
    if (work.lease === lease) work.lease = null;
    if (worker.lease === lease) worker.lease = null;
    arrivals.close();
    work.given.left();
  }
}
