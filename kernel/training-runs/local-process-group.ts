/**
 * The ranks of a process group as processes of this machine. They receive their work on standard input, never on the
 * command line.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { EngineInfo } from "../engines/engine.js";
import { sendInitialState } from "../remote/process-group/start-group.js";
import { RootRank } from "../remote/process-group/root-rank.js";
import { rankFailureIn, type RankProcessOrder } from "../remote/process-group/order.js";
import { version } from "../session/version.js";
import type { ProcessGroup } from "./process-group.js";
import { withTimeout } from "./time-limit.js";

export interface LocalGroupOptions {
  readonly plan: Plan;
  /** Number of ranks, including this process. */
  readonly of: number;
  /** Folder of the job that they open. */
  readonly shipment: string;
  readonly signal?: AbortSignal | undefined;
}
/** Milliseconds until all must have connected, and until all must have opened the model. */
const JOINED = 60_000;
const READY = 600_000;
const main = fileURLToPath(new URL("../apps/worker/rank.js", import.meta.url));

export async function startLocalGroup(options: LocalGroupOptions, engine: EngineInfo): Promise<ProcessGroup> {
  const token = randomBytes(32).toString("hex");
  const address = "127.0.0.1";
  const door = { address, token, of: options.of, version, recipe: options.plan.recipeHash };
  const { hub, port } = await RootRank.open(door);
  const ordered = (rank: number): RankProcessOrder => ({
    ...door,
    port,
    rank,
    plan: options.plan.planHash,
    shipment: options.shipment,
    engine: { engine: engine.name, threads: engine.threads },
  });
  const ranks = Array.from({ length: options.of - 1 }, (_, i) => new RankProcess(ordered(i + 1)));
  for (const one of ranks) void one.ended.then((why) => hub.lose(one.rank, why));
  const stop = (): void => hub.lose(0, "the training was interrupted");
  options.signal?.addEventListener("abort", stop, { once: true });
  const within = <T>(what: Promise<T>, ms: number): Promise<T> =>
    withTimeout(what, ms, () => {
      return new CodedError("gang-incomplete", { joined: hub.joined, of: hub.of, seconds: ms / 1000, why: [] });
    });
  return {
    hub,
    async begin(session, shares, step) {
      try {
        await within(hub.complete(), JOINED);
        await within(sendInitialState(hub, session, shares, step), READY);
      } finally {
        // From now on the training loop handles the signal.
        options.signal?.removeEventListener("abort", stop);
        options.signal?.throwIfAborted();
      }
    },
    async why(error) {
      if (!(error instanceof CodedError) || error.code !== "rank-lost") return error;
      const { rank } = (error as CodedError<"rank-lost">).data;
      const why = await ranks[rank - 1]?.failure();
      return why === undefined ? error : new CodedError("rank-failed", { rank, of: options.of, why }, { cause: error });
    },
    async end() {
      options.signal?.removeEventListener("abort", stop);
      hub.end();
      await Promise.all(ranks.map((one) => one.end()));
    },
  };
}

class RankProcess {
  /** Resolves when the process has ended, with how it ended. */
  readonly ended: Promise<string>;
  readonly rank: number;
  private readonly child: ChildProcess;
  private output = "";
  private words = "";

  constructor(ordered: RankProcessOrder) {
    this.rank = ordered.rank;
    this.child = spawn(process.execPath, [main], { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.output = (this.output + text).slice(-20_000)));
    this.child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.words = (this.words + text).slice(-4_000)));
    this.child.stdin?.on("error", () => undefined); // the process has ended, which `ended` reports
    // The input stays open: its end tells the rank that this process is gone.
    this.child.stdin?.write(`${JSON.stringify(ordered)}\n`);
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(error.message));
      this.child.once("exit", (exit, signal) =>
        resolve(signal ? `its process ended by ${signal}` : `its process ended with status ${String(exit)}`),
      );
    });
  }

  /** Returns the error that the rank reported before it ended; waits a moment for its end. */
  async failure(): Promise<string | undefined> {
    await Promise.race([this.ended, wait(1_000)]);
    return this.child.exitCode === 1
      ? (rankFailureIn(this.output) ?? (this.words.trim().split("\n").at(-1) || undefined))
      : undefined;
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    if (await Promise.race([this.ended.then(() => true), wait(5_000).then(() => false)])) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit").catch(() => undefined);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
