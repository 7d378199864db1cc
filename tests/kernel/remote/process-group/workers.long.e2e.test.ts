/**
 * Ranks that are workers, as a remote runner starts them; in the tests they are processes of this machine. The
 * coordinator has no rows, and either all start or none. Whatever happens to a rank, the result equals that of one
 * process and nothing is left behind.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { StartedWorker } from "#stdlib/runners/kind.js";
import { processes } from "#stdlib/runners/processes.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { LostRank } from "#kernel/training-runs/process-group.js";
import { RankWorkers, type RankWorkersOptions } from "#kernel/sweep-runs/worker-process-group.js";
import { releaseRunLock } from "#kernel/training-runs/assign-weights.js";
import { rankStepProvider } from "#kernel/training-runs/rank-steps.js";
import { runTraining } from "#kernel/training-runs/training.js";
import { openJob } from "#kernel/features/shipped-session.js";
import type { JobAction } from "#kernel/remote/jobs/ship.js";
import { writeJobSpec } from "#kernel/remote/jobs/shipment.js";
import { lentEngine } from "../../engines/engines.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";
import { lossesIn, near, shippedProgram, trainIn } from "./in-process.js";

const silent = { display: () => undefined, update: () => undefined };
const runner: Call = { word: "processes", kind: "runner", arguments: { count: 2 } };
const programOf = (steps: number, more = ""): string =>
  `${definitions}train m on d { steps: ${String(steps)}, batch_size: 7, dropout: 0, checkpoint: every(steps: 4), validate: every(steps: 6), seed: 3, runner: processes(2)${more} }\n`;

interface Trained {
  readonly events: readonly RunEvent[];
  readonly replaced: readonly LostRank[];
  readonly started: readonly (StartedWorker & { readonly pid?: number })[];
}
interface Hooks extends Partial<Pick<RankWorkersOptions, "implementation" | "within">> {
  readonly onStep?: (step: number, started: Trained["started"]) => void;
  readonly signal?: AbortSignal;
}

describe("workers of a process group", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-rank-workers-"));
    writeSmallTraining(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Trains as `train … { runner: … }` does with a remote runner. */
  async function shared(text: string, runs: string, hooks: Hooks = {}): Promise<Trained> {
    const shipped = await shippedProgram(folder, text, runs);
    const opened = { screen: silent, startEngine: lentEngine, ...(hooks.signal && { signal: hooks.signal }) };
    const { session, action, stage } = await openJob(shipped, opened);
    const { plan, name } = action as Extract<JobAction, { verb: "train" }>;
    const at = join(folder, `${runs}-shipped`);
    writeJobSpec(at, shipped);
    const started: (StartedWorker & { pid?: number })[] = [];
    const implementation = hooks.implementation ?? processes;
    const workers = await RankWorkers.start({
      ...{ runner, count: 2, threads: 1, shipment: shipped.shipment, folder: at, around: { session, stage } },
      ...(hooks.within && { within: hooks.within }),
      implementation: {
        start: (call, o, ways) => {
          const one = implementation.start(call, o, ways);
          started.push(one);
          return one;
        },
      },
    });
    const events: RunEvent[] = [];
    const replaced: LostRank[] = [];
    try {
      const result = await runTraining(
        session,
        {
          plan,
          run: { name, resume: false },
          steps: rankStepProvider(workers.gathers(plan), (one) => replaced.push(one)),
          listener: {
            onEvent: (event) => {
              events.push(event);
              if (event.kind === "step") hooks.onStep?.(event.step, started);
            },
          },
        },
        stage,
      );
      await result.trained.settled;
      releaseRunLock(result);
    } finally {
      await workers.end();
      await session.close();
    }
    return { events, replaced, started };
  }
  const gone = async (started: Trained["started"]): Promise<void> => {
    for (let tries = 0; tries < 100 && started.some(({ pid }) => isAlive(pid)); tries++) await delay(50);
    assert.deepEqual(started.map(({ pid }) => isAlive(pid)).filter(Boolean), []);
  };
  const byStep = (events: readonly RunEvent[]): readonly number[] => {
    const last = new Map(events.flatMap((event) => (event.kind === "step" ? [[event.step, event.loss] as const] : [])));
    return [...last].sort(([a], [b]) => a - b).map(([, loss]) => loss);
  };

  it("match the losses of one process after a SIGKILL and a SIGTERM", async () => {
    const text = programOf(24).replace(", runner: processes(2)", "");
    const alone = lossesIn((await trainIn(folder, text, { of: 1, runs: "alone" })).events);
    const ends: ["SIGKILL" | "SIGTERM", number][] = [
      ["SIGKILL", 9],
      ["SIGTERM", 17],
    ];
    const { events, replaced, started } = await shared(programOf(24), "ended", {
      onStep: (step, now) => {
        const [how, at] = ends[0] ?? [];
        if (how === undefined || at === undefined || step < at) return;
        ends.shift();
        process.kill(now.at(-1)?.pid ?? 0, how);
      },
    });
    near(byStep(events), alone);
    assert.deepEqual(
      replaced.map(({ of }) => of),
      [2, 2],
    );
    assert.match(replaced[0]?.why ?? "", /^processes-2: was killed by SIGKILL$/);
    assert.match(replaced[1]?.why ?? "", /^processes-2-\w+: /);
    assert.ok((replaced[0]?.step ?? 0) >= 8 && (replaced[1]?.step ?? 0) >= 16);
    assert.ok(events.every((event) => event.kind !== "step" || (event.communicated ?? -1) >= 0));
    const [first, ...ended] = events.flatMap((event) =>
      event.kind === "stopped" && event.shared ? [event.shared] : [],
    );
    assert.deepEqual([first?.workers, ended.length], [2, 2]);
    // CPU hours of lost groups are counted.
    assert.ok(
      (ended[1]?.cpuHours ?? 0) > (ended[0]?.cpuHours ?? 0) && (ended[0]?.cpuHours ?? 0) > (first?.cpuHours ?? 0),
    );
    assert.equal(started.length, 4);
    await gone(started);
  });

  it("start together or not at all, and release those that joined", async () => {
    const never: StartedWorker = {
      name: "processes-2",
      ended: new Promise(() => undefined),
      end: () => Promise.resolve(),
    };
    let started: Trained["started"] = [];
    const only: Hooks = {
      within: { joined: 2_000, ready: 60_000 },
      implementation: {
        start: (call, o, ways) => {
          if (started.length > 0) return never;
          const one = processes.start(call, o, ways);
          started = [one];
          return one;
        },
      },
    };
    await assert.rejects(shared(programOf(4), "none", only), (error: CodedError<"gang-incomplete">) => {
      assert.equal(error.code, "gang-incomplete");
      assert.equal(error.data.of, 2);
      return true;
    });
    await gone(started);
  });

  it("report at once what a machine lacks", async () => {
    const unfit: StartedWorker = {
      ...{ name: "processes-2", ended: Promise.resolve("on h2 (10.0.0.2) has no Node on its path"), unfit: () => true },
      end: () => Promise.resolve(),
    };
    let started: Trained["started"] = [];
    const implementation: Hooks["implementation"] = {
      start: (call, o, ways) => {
        if (started.length > 0) return unfit;
        started = [processes.start(call, o, ways)];
        return started[0]!;
      },
    };
    await assert.rejects(shared(programOf(4), "unfit", { implementation }), {
      code: "rank-unfit",
      message: /^processes-2 on h2 \(10\.0\.0\.2\) has no Node on its path; 2 workers train together or not at all$/,
    });
    await gone(started);
  });

  it("end with a checkpoint if the training is interrupted", async () => {
    const stop = new AbortController();
    const { events, started } = await shared(programOf(5_000), "stopped", {
      signal: stop.signal,
      onStep: (step) => step === 6 && stop.abort(),
    });
    const ended = events.findLast((event) => event.kind === "stopped");
    assert.equal(ended?.reason, "interrupted");
    assert.ok(events.some((event) => event.kind === "checkpoint" && event.step === ended.step));
    // All workers exited normally.
    for (const one of started) assert.match(await one.ended, /^ended with status (?:0|130)/);
    await gone(started);
  });
});

function isAlive(id: number | undefined): boolean {
  try {
    return id !== undefined && !/^State:\s+Z/m.test(readFileSync(`/proc/${String(id)}/status`, "utf8"));
  } catch {
    return false;
  }
}
