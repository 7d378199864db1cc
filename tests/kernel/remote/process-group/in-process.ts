/** A training whose ranks all run in this process, each with its own session on the tests' single engine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunEvent } from "#kernel/events/events.js";
import { sendInitialState } from "#kernel/remote/process-group/start-group.js";
import { RootRank } from "#kernel/remote/process-group/root-rank.js";
import { PeerRank } from "#kernel/remote/process-group/peer-rank.js";
import { trainAsPeerRank } from "#kernel/training-runs/follow-rank.js";
import type { GroupLauncher } from "#kernel/training-runs/process-group.js";
import { releaseRunLock } from "#kernel/training-runs/assign-weights.js";
import type { RunResult } from "#kernel/training-runs/request.js";
import { rankStepProvider } from "#kernel/training-runs/rank-steps.js";
import { runTraining } from "#kernel/training-runs/training.js";
import { openJob, type OpenedJob } from "#kernel/features/shipped-session.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import type { OpenModel } from "#kernel/models/open-model.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { createJobSpec, type JobAction } from "#kernel/remote/jobs/ship.js";
import type { JobWithTables } from "#kernel/remote/jobs/shipment.js";
import { lentEngine } from "../../engines/engines.js";

const silent = { display: () => undefined, update: () => undefined };

/** Returns the job of a program's last `train`, as every rank receives it. */
export async function shippedProgram(folder: string, text: string, runs = "runs"): Promise<JobWithTables> {
  const session = new TuneSession({ folder, runs: join(folder, runs), startEngine: lentEngine });
  const source = { id: "program", title: "program", text };
  const hostContext = { folder, parameters: {}, typescript: () => [], live: () => undefined };
  const { actions, diagnostics, facts } = await session.compile(source, hostContext);
  assert.deepEqual(
    diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ code, data }) => [code as string, data as object]),
    [],
  );
  session.known = facts;
  const action = (actions ?? []).findLast((one): one is JobAction => one.verb === "train")!;
  return createJobSpec(session, action, { hostContext, sources: [source] }, { what: "a test", version: "1" });
}

export interface Together {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly plan: Plan;
  /** The other ranks' models at the end. */
  readonly others: readonly OpenModel[];
}
export interface Wanted {
  /** Number of ranks; 1 means this process alone. */
  readonly of: number;
  /** Whether all ranks are remote, so that this process has no rows. */
  readonly elsewhere?: true;
  readonly stopsAfter?: number;
  readonly runs?: string;
}

/** Trains with the tests' engine; the caller closes nothing. */
export async function trainIn(
  folder: string,
  text: string,
  { of: count, elsewhere, stopsAfter, runs }: Wanted,
): Promise<Together> {
  const shipped = await shippedProgram(folder, text, runs);
  const stop = new AbortController();
  const open = (): Promise<OpenedJob> =>
    openJob(shipped, { screen: silent, startEngine: lentEngine, signal: stop.signal });
  const { session, action, stage } = await open();
  assert.equal(action.verb, "train");
  const { plan, resume, name } = action as Extract<JobAction, { verb: "train" }>;
  const followers: Promise<OpenModel>[] = [];
  const gathers: GroupLauncher = async () => {
    const of = elsewhere ? count + 1 : count;
    const door = { address: "127.0.0.1", token: "t", of, version: "1", recipe: plan.recipeHash, learns: !elsewhere };
    const { hub, port } = await RootRank.open(door);
    for (let rank = 1; rank < of; rank++)
      followers.push(
        (async () => {
          const spoke = await PeerRank.join({ ...door, port, rank });
          const other = await openJob(shipped, { screen: silent, startEngine: lentEngine });
          const rows = elsewhere ? { rank: rank - 1, of: count } : { rank, of };
          return trainAsPeerRank(other.session, { plan, spoke, place: { rank, of, rows } }, other.stage);
        })(),
      );
    return {
      hub,
      async begin(its, shares, step) {
        await hub.complete();
        await sendInitialState(hub, its, shares, step);
      },
      why: (error) => Promise.resolve(error),
      end: () => Promise.resolve(hub.end()),
    };
  };
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    events.push(event);
    if (event.kind === "step" && event.step === stopsAfter) stop.abort();
  };
  const result = await runTraining(
    session,
    {
      plan,
      run: { name, resume },
      listener: { onEvent },
      ...((count > 1 || elsewhere) && { steps: rankStepProvider(gathers) }),
    },
    stage,
  );
  await result.trained.settled;
  releaseRunLock(result);
  const others = await Promise.all(followers);
  return { result, events, plan, others };
}

export const lossesIn = (events: readonly RunEvent[]): readonly number[] =>
  events.flatMap((event) => (event.kind === "step" ? [event.loss] : []));

/** Returns a hash over the bits of the named states. */
export async function bitsOf(session: EngineSession, names: readonly string[]): Promise<string> {
  const values = await Promise.all(names.map((name) => session.read(name)));
  const hash = createHash("sha256");
  values.forEach(({ bytes }, i) => hash.update(names[i]!).update(bytes));
  return hash.digest("hex");
}

export function near(ours: readonly number[], theirs: readonly number[], tolerance = 1e-5): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach((x, i) =>
    assert.ok(Math.abs(x - theirs[i]!) <= tolerance * Math.abs(theirs[i]!), `step ${i + 1}: ${x}, alone ${theirs[i]}`),
  );
}
export const removed = (folder: string): void => rmSync(folder, { recursive: true, force: true });
