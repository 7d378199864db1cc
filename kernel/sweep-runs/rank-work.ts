/** A rank as the coordinator's work: an order that a worker takes once. Where its worker is gone, the gang is. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { RANK_WORK, type RankOrder } from "../remote/coordinator/rank-order.js";
import type { WorkerInstruction, RemoteFailure, RunFile } from "../remote/coordinator/protocol.js";
import type { RemoteWork, WorkOrder } from "../remote/coordinator/work.js";
import type { RootRank } from "../remote/process-group/root-rank.js";
import type { TrialInputs } from "./remote-trials.js";

export interface RankWorkInput {
  readonly hub: Pick<RootRank, "lose">;
  readonly plan: Plan;
  readonly reads: TrialInputs;
  /** Workers that share the rows. */
  readonly count: number;
  readonly gang: Omit<RankOrder["gang"], "rank" | "rows">;
}
/** What ends a worker's part and would not end another's. */
const PASSING: readonly (string | null)[] = [
  ...["engine-died", "engine-closed", "interrupted", "rank-lost", "coordinator-gone", "lease-lost"],
];

export class RankWork implements RemoteWork {
  readonly kind = RANK_WORK;
  readonly title: string;
  /** Who took it; empty: nobody has. */
  worker = "";
  /** What its worker said of its end; `passing`: another may do better. */
  failure: { readonly why: string; readonly passing: boolean } | null = null;
  /** Why nobody will take it. */
  hopeless: Error | null = null;
  /** When nobody has it any more. */
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

  /** The gang has ended: whoever has it is to end too. */
  over(): void {
    this.isOver = true;
  }

  begin(worker: string): Promise<WorkOrder> {
    // Another gang is called together for whoever comes in its place.
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
    // What it shows, the hub shows.
  }
  answer(): WorkerInstruction {
    return this.isOver ? "end" : "go on";
  }
  lacks(): readonly RunFile[] {
    throw this.refused("a rank has no run of its own");
  }
  holds(): void {
    throw this.refused("a rank has no run of its own");
  }

  left(): void {
    // What it said itself comes right after, and says more.
    queueMicrotask(() => this.end("its worker is gone"));
  }
  done(): void {
    this.end("its worker was told to end");
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
