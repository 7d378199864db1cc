/**
 * Ranks that are workers of a runner. They start with a statement and stay until it ends. Each process group consists
 * of as many orders as there are workers, which take them from a coordinator in this process. This process is rank 0
 * and has no rows: it applies every update, validates, and keeps the run. Training starts only when all workers have
 * joined and opened the model.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { WorkerRunner } from "#stdlib/runners/kind.js";
import { Coordinator } from "../remote/coordinator/coordinator.js";
import { workerLaunchersFactory } from "../remote/coordinator/work-methods.js";
import { WorkerPool } from "../remote/coordinator/workers.js";
import { sendInitialState } from "../remote/process-group/start-group.js";
import { RootRank } from "../remote/process-group/root-rank.js";
import { withProgressLabel } from "../host/host-context.js";
import type { JobSpec } from "../remote/jobs/shipment.js";
import { trialInputFilesOf, type RemoteTrialSweepContext } from "./remote-trials.js";
import { version } from "../session/version.js";
import type { ProcessGroup, GroupLauncher } from "../training-runs/process-group.js";
import { withTimeout } from "../training-runs/time-limit.js";
import { RankWork, type RankWorkInput } from "./rank-work.js";

export interface RankWorkersOptions {
  readonly around: Pick<RemoteTrialSweepContext, "session" | "stage">;
  readonly runner: Call;
  readonly implementation: WorkerRunner;
  /** Number of workers, and threads of each. */
  readonly count: number;
  readonly threads: number;
  readonly shipment: JobSpec;
  /** Folder of the job. */
  readonly folder: string;
  readonly within?: RankDeadlines;
}
/** Milliseconds until all must have joined, and until all must have opened the model, including downloads. */
export interface RankDeadlines {
  readonly joined: number;
  readonly ready: number;
}
const usual: RankDeadlines = { joined: 120_000, ready: 1_800_000 };
/** Milliseconds to find out why a rank was lost. */
const TOLD = 3_000;

export class RankWorkers {
  private readonly workers: WorkerPool;
  /** How workers ended, by name; the latest end comes last. */
  private readonly ends = new Map<string, string>();
  /** Called if a worker cannot work and no replacement could. */
  private onUnfit: (error: CodedError) => void = () => undefined;
  private unfit: CodedError | null = null;

  private constructor(
    private readonly options: RankWorkersOptions,
    private readonly coordinator: Coordinator,
    private readonly host: string,
  ) {
    const { runner: call, implementation, count, threads } = options;
    const runner: WorkerRunner = {
      start: (seats, how, ways) => {
        const one = implementation.start(seats, how, ways);
        void one.ended.then((how) => this.ended(one.name, how, one.unfit?.() === true));
        return one;
      },
    };
    this.workers = new WorkerPool({ call, runner, count, threads, coordinator, ways: workerLaunchersFactory() });
  }

  /** Throws the coded error `gang-without-room` and those of the runner's cluster. */
  static async start(settings: RankWorkersOptions): Promise<RankWorkers> {
    const { runner, implementation, count } = settings;
    const place = await implementation.look?.(
      runner,
      workerLaunchersFactory()({ url: "", token: "", name: "", place: 0 }),
    );
    if (place && place.room < count)
      throw new CodedError("gang-without-room", { of: count, room: place.room, runner: runner.word });
    const host = place?.host ?? "127.0.0.1";
    const coordinator = await Coordinator.open({ version, host, scratch: join(settings.folder, "arriving") });
    return new RankWorkers(settings, coordinator, host);
  }

  /** Returns the launcher of process groups for one training. */
  gathers(plan: Plan): GroupLauncher {
    return async () => {
      const { count } = this.options;
      const token = randomBytes(32).toString("hex");
      const door = { address: this.host, token, of: count + 1, version, recipe: plan.recipeHash, learns: false };
      const reads = await trialInputFilesOf(this.options, [{ plan }]);
      const { hub, port } = await RootRank.open(door);
      const rankInput: RankWorkInput = {
        hub,
        plan,
        reads,
        count,
        gang: { address: this.host, port, token, of: count + 1 },
      };
      const given = Array.from({ length: count }, (_, i) => new RankWork(rankInput, i + 1));
      for (const one of given) this.coordinator.give(one);
      return this.gang(hub, given);
    };
  }

  /** Ends all workers: idle ones end by themselves, others are stopped. Nothing is left when it resolves. */
  async end(): Promise<void> {
    this.coordinator.finish();
    await this.workers.end();
    await this.coordinator.close();
  }

  private gang(hub: RootRank, given: readonly RankWork[]): ProcessGroup {
    const { around, count, within = usual, runner } = this.options;
    const { signal, hostContext } = around.stage;
    const stop = (): void => hub.lose(0, "the training was interrupted");
    signal?.addEventListener("abort", stop, { once: true });
    const hopeless = new Promise<never>((_, reject) => {
      if (this.unfit) reject(this.unfit);
      this.onUnfit = reject;
    });
    hopeless.catch(() => undefined); // reported to whoever waits at that time
    const incomplete = (ms: number) => (): Error => {
      const why = [...this.ends].slice(-count).map(([name, how]) => `${name} ${how}`);
      return new CodedError("gang-incomplete", { joined: hub.joined - 1, of: count, seconds: ms / 1000, why });
    };
    const all = async <T>(label: string, what: Promise<T>, ms: number): Promise<T> => {
      return withProgressLabel(hostContext, label, () =>
        withTimeout(Promise.race([what, hopeless]), ms, incomplete(ms)),
      );
    };
    return {
      hub,
      begin: async (session, shares, step) => {
        try {
          if (signal?.aborted) stop();
          await all(`all ${String(count)} workers of ${runner.word} called`, hub.complete(), within.joined);
          await all("the model opened by all of them", sendInitialState(hub, session, shares, step), within.ready);
        } finally {
          // From now on the training loop handles the signal.
          signal?.removeEventListener("abort", stop);
          signal?.throwIfAborted();
        }
      },
      why: (error) => this.why(error, given),
      end: () => {
        signal?.removeEventListener("abort", stop);
        hub.end();
        for (const one of given) {
          one.over();
          this.coordinator.withdraw(one);
        }
        return Promise.resolve();
      },
    };
  }

  /** Returns which rank was lost and whether it can be replaced; the error counts workers, without rank 0. */
  private async why(error: unknown, given: readonly RankWork[]): Promise<unknown> {
    if (!(error instanceof CodedError) || error.code !== "rank-lost") return error;
    const { count: rankCount } = this.options;
    const { rank, why: seen, ...data } = (error as CodedError<"rank-lost">).data;
    const one = given[rank - 1];
    if (!one) return error;
    await withTimeout(one.settled, TOLD, () => new Error("nobody knows")).catch(() => undefined);
    if (one.hopeless) return one.hopeless;
    const { failure, worker } = one;
    if (failure && !failure.passing)
      return new CodedError(
        "rank-failed",
        { rank, of: rankCount, why: `${failure.why} (${worker})` },
        { cause: error },
      );
    const why = failure?.why ?? this.ends.get(worker) ?? seen;
    return new CodedError("rank-lost", { ...data, rank, of: rankCount, why: `${worker}: ${why}` }, { cause: error });
  }

  private ended(name: string, how: string, unfit: boolean): void {
    this.ends.delete(name);
    this.ends.set(name, how);
    if (!unfit) return;
    this.unfit = new CodedError("rank-unfit", { of: this.options.count, why: `${name} ${how}` });
    this.onUnfit(this.unfit);
  }
}
