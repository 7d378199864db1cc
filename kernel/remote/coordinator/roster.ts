/** Who works for a coordinator, when each was heard of last, and what is lent to whom. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Arrivals } from "./arrivals.js";
import type { Answers, Blob, Read } from "./protocol.js";
import type { Queued } from "./queue.js";
import type { Order } from "./work.js";

export interface Worker {
  readonly id: string;
  readonly name: string;
  heard: number;
  lease: Lease | null;
}
export interface Lease {
  readonly id: string;
  readonly work: Queued;
  readonly worker: Worker;
  readonly files: ReadonlyMap<string, Read>;
  readonly arrivals: Arrivals;
  /** What its worker was answered. */
  readonly lent: LentWork;
  /** The number of the thing that is to be told next. */
  next: number;
}
type LentWork = Extract<Answers["take"], { readonly work: unknown }>["work"];

const drawn = (): string => randomBytes(16).toString("hex");

export class Roster {
  private readonly workers = new Map<string, Worker>();
  private readonly leases = new Map<string, Lease>();

  /** `scratch`: a folder for what arrives, of each lease in one of its own. */
  constructor(private readonly scratch: string) {}

  get size(): number {
    return this.workers.size;
  }
  get names(): ReadonlySet<string> {
    return new Set([...this.workers.values()].map(({ name }) => name));
  }
  /** They may be forgotten meanwhile. */
  get all(): readonly Worker[] {
    return [...this.workers.values()];
  }
  get lent(): readonly Lease[] {
    return [...this.leases.values()];
  }

  add(name: string): Worker {
    const worker: Worker = { id: drawn(), name, heard: Date.now(), lease: null };
    this.workers.set(worker.id, worker);
    return worker;
  }
  find(id: string): Worker | undefined {
    return this.workers.get(id);
  }
  /** It stays with its lease: whoever forgets it ends that. */
  remove({ id }: Worker): void {
    this.workers.delete(id);
  }

  /** It is there, now. Coded error `lease-lost`: it is forgotten. */
  heard(id: string): Worker {
    const worker = this.workers.get(id);
    if (!worker) throw new CodedError("lease-lost", { what: "what this worker did" });
    worker.heard = Date.now();
    return worker;
  }

  /** Whether work may be lent to it. */
  isFree(worker: Worker): boolean {
    return this.workers.get(worker.id) === worker && worker.lease === null;
  }

  lend(work: Queued, worker: Worker, order: Order): Lease {
    const id = drawn();
    const { kind, title } = work.given;
    const files = new Map(order.files.map((file) => [file.hash, file]));
    const arrivals = new Arrivals(join(this.scratch, id));
    const lent: LentWork = { lease: id, kind, title, ...order };
    const lease: Lease = { id, work, worker, files, arrivals, lent, next: 0 };
    worker.lease = lease;
    worker.heard = Date.now();
    this.leases.set(id, lease);
    return lease;
  }

  /** Its worker is there, now. Coded error `lease-lost`: there is no such lease, or it is another's. */
  leaseOf(worker: string, id: string): Lease {
    const lease = this.leases.get(id);
    if (lease?.worker.id !== worker)
      throw new CodedError("lease-lost", { what: lease?.work.given.title ?? "this work" });
    lease.worker.heard = Date.now();
    return lease;
  }
  lease(id: string): Lease | undefined {
    return this.leases.get(id);
  }

  end(lease: Lease): void {
    const { work, worker, arrivals, id } = lease;
    this.leases.delete(id);
    if (worker.lease === lease) worker.lease = null;
    arrivals.close();
    work.given.left();
  }

  /** A file that work reads which is lent now. Coded error `not-offered`. */
  offered(hash: string): Blob & { readonly path: string } {
    for (const { files } of this.leases.values()) {
      const found = files.get(hash);
      if (found) return found;
    }
    throw new CodedError("not-offered", { hash });
  }
}
