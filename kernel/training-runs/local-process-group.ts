/** The ranks of a gang as processes of this machine: they are given what they are to do on their input, never on the command line. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { EngineInfo } from "../engines/engine.js";
import { begin } from "../remote/process-group/begin.js";
import { Hub } from "../remote/process-group/root-rank.js";
import { failureIn, type Ordered } from "../remote/process-group/order.js";
import { version } from "../session/version.js";
import type { Gang } from "./process-group.js";
import { inTime } from "./in-time.js";

export interface Processes {
  readonly plan: Plan;
  /** Ranks, this process among them. */
  readonly of: number;
  /** Folder of the shipment that they open. */
  readonly shipment: string;
  readonly signal?: AbortSignal | undefined;
}
/** Milliseconds until all have connected, and until all have the model open. */
const JOINED = 60_000;
const READY = 600_000;
const main = fileURLToPath(new URL("../apps/worker/rank.js", import.meta.url));

export async function startProcesses(o: Processes, engine: EngineInfo): Promise<Gang> {
  const token = randomBytes(32).toString("hex");
  const address = "127.0.0.1";
  const door = { address, token, of: o.of, version, recipe: o.plan.recipeHash };
  const { hub, port } = await Hub.open(door);
  const ordered = (rank: number): Ordered => ({
    ...door,
    port,
    rank,
    plan: o.plan.planHash,
    shipment: o.shipment,
    engine: { engine: engine.name, threads: engine.threads },
  });
  const ranks = Array.from({ length: o.of - 1 }, (_, i) => new RankProcess(ordered(i + 1)));
  for (const one of ranks) void one.ended.then((why) => hub.lose(one.rank, why));
  const stop = (): void => hub.lose(0, "the training was interrupted");
  o.signal?.addEventListener("abort", stop, { once: true });
  const within = <T>(what: Promise<T>, ms: number): Promise<T> =>
    inTime(what, ms, () => {
      return new CodedError("gang-incomplete", { joined: hub.joined, of: hub.of, seconds: ms / 1000, why: [] });
    });
  return {
    hub,
    async begin(session, shares, step) {
      try {
        await within(hub.complete(), JOINED);
        await within(begin(hub, session, shares, step), READY);
      } finally {
        // From now on the loop sees to it.
        o.signal?.removeEventListener("abort", stop);
        o.signal?.throwIfAborted();
      }
    },
    async why(error) {
      if (!(error instanceof CodedError) || error.code !== "rank-lost") return error;
      const { rank } = (error as CodedError<"rank-lost">).data;
      const why = await ranks[rank - 1]?.failure();
      return why === undefined ? error : new CodedError("rank-failed", { rank, of: o.of, why }, { cause: error });
    },
    async end() {
      o.signal?.removeEventListener("abort", stop);
      hub.end();
      await Promise.all(ranks.map((one) => one.end()));
    },
  };
}

class RankProcess {
  /** Settles when it is gone, with how. */
  readonly ended: Promise<string>;
  readonly rank: number;
  private readonly child: ChildProcess;
  private said = "";
  private words = "";

  constructor(ordered: Ordered) {
    this.rank = ordered.rank;
    this.child = spawn(process.execPath, [main], { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.said = (this.said + text).slice(-20_000)));
    this.child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.words = (this.words + text).slice(-4_000)));
    this.child.stdin?.on("error", () => undefined); // it is gone, which its end tells
    // The input stays open: that it ends tells the rank that this process is gone.
    this.child.stdin?.write(`${JSON.stringify(ordered)}\n`);
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(error.message));
      this.child.once("exit", (exit, signal) =>
        resolve(signal ? `its process ended by ${signal}` : `its process ended with status ${String(exit)}`),
      );
    });
  }

  /** What it told that it can't do, where it ended by that; a moment is given to it to end. */
  async failure(): Promise<string | undefined> {
    await Promise.race([this.ended, wait(1_000)]);
    return this.child.exitCode === 1
      ? (failureIn(this.said) ?? (this.words.trim().split("\n").at(-1) || undefined))
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
