/** The workers of a coordinator, when each was last heard of, and which work each has leased. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { ArrivingFiles } from "./arrivals.js";
import type { WorkerReplyBodies, ContentHash, InputFile } from "./protocol.js";
import type { QueuedWork } from "./queue.js";
import type { WorkOrder } from "./work.js";

export interface RegisteredWorker {
  readonly id: string;
  readonly name: string;
  heard: number;
  lease: WorkLease | null;
}
export interface WorkLease {
  readonly id: string;
  readonly work: QueuedWork;
  readonly worker: RegisteredWorker;
  readonly files: ReadonlyMap<string, InputFile>;
  readonly arrivals: ArrivingFiles;
  /** Lease data sent to the worker. */
  readonly lent: LentWork;
  /** Number of the next expected item. */
  next: number;
}
type LentWork = Extract<WorkerReplyBodies["take"], { readonly work: unknown }>["work"];

const drawn = (): string => randomBytes(16).toString("hex");

export class WorkerRoster {
  private readonly workers = new Map<string, RegisteredWorker>();
  private readonly leases = new Map<string, WorkLease>();

  /** `scratch`: folder for arriving files; each lease has a subfolder. */
  constructor(private readonly scratch: string) {}

  get size(): number {
    return this.workers.size;
  }
  get names(): ReadonlySet<string> {
    return new Set([...this.workers.values()].map(({ name }) => name));
  }
  /** Returns a copy, because workers may be removed meanwhile. */
  get all(): readonly RegisteredWorker[] {
    return [...this.workers.values()];
  }
  get lent(): readonly WorkLease[] {
    return [...this.leases.values()];
  }

  add(name: string): RegisteredWorker {
    const worker: RegisteredWorker = { id: drawn(), name, heard: Date.now(), lease: null };
    this.workers.set(worker.id, worker);
    return worker;
  }
  find(id: string): RegisteredWorker | undefined {
    return this.workers.get(id);
  }
  /** Keeps the worker's lease: the caller that removes the worker ends it. */
  remove({ id }: RegisteredWorker): void {
    this.workers.delete(id);
  }

  /** Records a sign of life. Throws the coded error `lease-lost` if the worker was removed. */
  heard(id: string): RegisteredWorker {
    const worker = this.workers.get(id);
    if (!worker) throw new CodedError("lease-lost", { what: "what this worker did" });
    worker.heard = Date.now();
    return worker;
  }

  isFree(worker: RegisteredWorker): boolean {
    return this.workers.get(worker.id) === worker && worker.lease === null;
  }

  lend(work: QueuedWork, worker: RegisteredWorker, order: WorkOrder): WorkLease {
    const id = drawn();
    const { kind, title } = work.given;
    const files = new Map(order.files.map((file) => [file.hash, file]));
    const arrivals = new ArrivingFiles(join(this.scratch, id));
    const lent: LentWork = { lease: id, kind, title, ...order };
    const lease: WorkLease = { id, work, worker, files, arrivals, lent, next: 0 };
    worker.lease = lease;
    worker.heard = Date.now();
    this.leases.set(id, lease);
    return lease;
  }

  /**
   * Records a sign of life and returns the lease. Throws the coded error `lease-lost` if the lease does not exist or
   * belongs to another.
   */
  leaseOf(worker: string, id: string): WorkLease {
    const lease = this.leases.get(id);
    if (lease?.worker.id !== worker)
      throw new CodedError("lease-lost", { what: lease?.work.given.title ?? "this work" });
    lease.worker.heard = Date.now();
    return lease;
  }
  lease(id: string): WorkLease | undefined {
    return this.leases.get(id);
  }

  end(lease: WorkLease): void {
    const { work, worker, arrivals, id } = lease;
    this.leases.delete(id);
    if (worker.lease === lease) worker.lease = null;
    arrivals.close();
    work.given.left();
  }

  /** Returns an input file of work that is leased at present. Throws the coded error `not-offered`. */
  offered(hash: string): ContentHash & { readonly path: string } {
    for (const { files } of this.leases.values()) {
      const found = files.get(hash);
      if (found) return found;
    }
    throw new CodedError("not-offered", { hash });
  }
}
