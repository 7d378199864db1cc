/**
 * The workers of a statement: as many as its runner specifies, started and ended with it. A worker that ends early is
 * restarted, unless this happens repeatedly without progress.
 */
import { randomBytes } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { WorkerRunner, StartedWorker } from "#stdlib/runners/kind.js";
import type { Coordinator } from "./coordinator.js";
import type { WorkerLaunchersFactory } from "./work-methods.js";

export interface WorkerPoolOptions {
  readonly call: Call;
  readonly runner: WorkerRunner;
  /** Threads per worker. */
  readonly threads: number;
  /** Number of workers to start, possibly fewer than the runner allows because of little work or memory. */
  readonly count: number;
  readonly ways: WorkerLaunchersFactory;
  readonly coordinator: Pick<Coordinator, "url" | "token" | "gone" | "ended" | "fail">;
}
/** Allowed worker exits without progress, in addition to the number of workers. */
const IN_VAIN = 4;

export class WorkerPool {
  private readonly started = new Map<number, StartedWorker>();
  private over = false;
  private names = 0;
  /** Exits since the last progress, and the number of finished leases at that time. */
  private inVain = 0;
  private done = 0;

  constructor(private readonly options: WorkerPoolOptions) {
    for (let place = 0; place < options.count; place++) this.start(place);
  }

  async end(): Promise<void> {
    this.over = true;
    await Promise.all([...this.started.values()].map((one) => one.end()));
  }

  private start(place: number): void {
    const { runner, call, coordinator, ways } = this.options;
    const { url, token } = coordinator;
    const one = runner.start(
      call,
      { threads: this.options.threads },
      ways({ url, token, name: this.nameOf(call, place), place }),
    );
    this.started.set(place, one);
    void one.ended.then((how) => this.ended(place, one, how));
  }

  /** Returns a unique name, also distinct from those of earlier workers. */
  private nameOf({ word }: Call, place: number): string {
    const again = this.names++;
    const more = again < this.options.count ? "" : `-${randomBytes(2).toString("hex")}`;
    return `${word}-${String(place + 1)}${more}`;
  }

  private ended(place: number, one: StartedWorker, how: string): void {
    this.started.delete(place);
    const { coordinator, call, count } = this.options;
    coordinator.gone(one.name, `${one.name} ${how}`);
    if (this.over) return;
    this.inVain = coordinator.ended === this.done ? this.inVain + 1 : 1;
    this.done = coordinator.ended;
    if (this.inVain <= IN_VAIN + count) return this.start(place);
    if (this.started.size > 0) return;
    this.over = true;
    coordinator.fail(
      new CodedError("workers-end", { runner: call.word, times: this.inVain, why: `${one.name} ${how}` }),
    );
  }
}
