/**
 * A rank of a process group as work of the coordinator: an order that a worker takes once. If the worker is lost, the
 * group is lost.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { RANK_WORK, type RankOrder } from "../remote/coordinator/rank-order.js";
import type { WorkerInstruction, RemoteFailure, RunFile } from "../remote/coordinator/protocol.js";
import type { RemoteWork, WorkOrder } from "../remote/coordinator/work.js";
import type { RootRank } from "../remote/process-group/root-rank.js";
import type { TrialInputFiles } from "./remote-trials.js";

export interface RankWorkInput {
  readonly hub: Pick<RootRank, "lose">;
  readonly plan: Plan;
  readonly reads: TrialInputFiles;
  /** Number of workers that share the rows. */
  readonly count: number;
  readonly gang: Omit<RankOrder["gang"], "rank" | "rows">;
}
/** Errors that end one worker's part but need not end another's. */
const PASSING: readonly (string | null)[] = [
  ...["engine-died", "engine-closed", "interrupted", "rank-lost", "coordinator-gone", "lease-lost"],
];

export class RankWork implements RemoteWork {
  readonly kind = RANK_WORK;
  readonly title: string;
  /** Name of the worker that took it; empty if none has. */
  worker = "";
  /** The worker's last failure; `passing`: another worker may succeed. */
  failure: { readonly why: string; readonly passing: boolean } | null = null;
  /** Why no worker will take it. */
  hopeless: Error | null = null;
  /** Resolves when no worker has the work any more. */
  readonly settled: Promise<void>;
  private settle: () => void = () => undefined;
  private ended = false;
  private isOver = false;

  constructor(
    private readonly options: RankWorkInput,
    private readonly rank: number,
  ) {
    this.title = `rank ${String(rank)} of ${String(options.count)} of ${options.plan.effects.run}`;
    this.settled = new Promise((resolve) => (this.settle = resolve));
  }

  /** Ends the process group; the worker that has this rank must end too. */
  over(): void {
    this.isOver = true;
  }

  begin(worker: string): Promise<WorkOrder> {
    // A worker that comes later joins a new group.
    if (this.isOver || this.worker !== "") return Promise.reject(this.refused("its gang is over"));
    this.worker = worker;
    const { reads, gang, plan, count } = this.options;
    const order: RankOrder = {
      laid: reads.files.length,
      shipment: reads.shipped,
      bases: reads.bases,
      plans: [{ name: plan.effects.run, plan }],
      gang: { ...gang, rank: this.rank, rows: { rank: this.rank - 1, of: count } },
    };
    return Promise.resolve({ order: { ...order }, files: [...reads.files, ...reads.tables] });
  }

  on(): void {
    // The coordinator shows the progress.
  }
  answer(): WorkerInstruction {
    return this.isOver ? "end" : "go on";
  }
  lacks(): readonly RunFile[] {
    throw this.refused("a rank's run");
  }
  holds(): void {
    throw this.refused("a rank's run");
  }

  left(): void {
    // The worker's own message arrives right after and is more precise.
    queueMicrotask(() => this.end("its worker is lost"));
  }
  done(): void {
    this.end("its worker was stopped");
  }
  failed({ code, message }: RemoteFailure): "over" {
    this.failure ??= { why: message, passing: PASSING.includes(code) };
    this.end(message);
    return "over";
  }
  lost(error: Error): void {
    if (!this.isOver && this.worker === "") this.hopeless = error;
    this.end(error.message);
  }

  private end(why: string): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.isOver) this.options.hub.lose(this.rank, why);
    this.settle();
  }
  private refused(why: string): CodedError {
    return new CodedError("request-refused", { why });
  }
}
