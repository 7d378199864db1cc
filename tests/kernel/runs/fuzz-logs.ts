/**
 * Damages the files of a run (its logs, sometimes its plan, its lock.json, a checkpoint) and checks that all readers
 * survive: the table of runs, at once and as the log grows; opening a run; resuming; loading. Each ends with a result
 * or a coded error, in time, and later appended events are found. `npm run fuzz -- logs [COUNT] [SEED]`; the tests run
 * a few.
 */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { writeAnew } from "#tests/write-anew.js";
import { CHECKSUM_METADATA, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { claimUnfinishedRun } from "#kernel/training/claim-run.js";
import type { RunEvent } from "#kernel/events/events.js";
import { loadRunWeights } from "#kernel/models/loaded-run.js";
import { parseAllEvents, parseRunEvents } from "#kernel/runs/read-events.js";
import { readRunDetails } from "#kernel/runs/history/run-details.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { appendRunScore, readRunScores, type RunScore } from "#kernel/runs/history/run-scores.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { compiled, definitions } from "../../dsl/world.js";
import type { FuzzRun } from "../../fuzzing.js";

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  -0,
  2 ** 53,
  "NaN",
  "Infinity",
  "",
  "x".repeat(3000),
  [],
  [[]],
  {},
  { at: 1 },
  { toString: 1 },
  "__proto__",
  "\u0000",
  "\ud800",
];
const patience = 3000;

export const run: FuzzRun = async ({ count, seed, progress }) => {
  const random = xoroshiro128plus(seed);
  const below = (n: number): number => (n <= 1 ? 0 : uniformInt(random, 0, n - 1));
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const root = mkdtempSync(join(tmpdir(), "tunebook-fuzz-logs-"));
  const troubles: string[] = [];
  try {
    const made = makeRun(root);
    for (let done = 0; done < count && troubles.length < 10; done++) {
      const damage = damaged(made, below, one);
      const begun = performance.now();
      try {
        await look(root, made, damage, below);
      } catch (error) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        troubles.push(
          `${what}\nround ${done} in ${JSON.stringify(damage.get("events.jsonl")?.toString("latin1").slice(0, 2000))}`,
        );
      }
      const took = performance.now() - begun;
      if (took > patience) troubles.push(`round ${done} took ${took.toFixed(0)} ms`);
      if (done % 1000 === 999) progress(`${(done + 1).toLocaleString("en-US")} rounds`);
    }
    return troubles;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

interface Made {
  readonly run: RunFolder;
  /** The undamaged files. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly plan: Parameters<typeof claimUnfinishedRun>[1];
}

function makeRun(root: string): Made {
  const action = compiled(`${definitions}train m on d { epochs: 1 }`).actions?.find(({ verb }) => verb === "train");
  assert.ok(action && action.verb === "train");
  const { plan } = action;
  const about = {
    recipeHash: plan.recipeHash,
    planHash: plan.planHash,
    dataHash: "d",
    baseHash: "b",
    labels: ["a", "b"],
    engine: "e",
    tunebook: "0",
    node: "v20",
  };
  RunFolder.create(join(root, "runs"), "beside", plan, about);
  const run = RunFolder.create(join(root, "runs"), "m", plan, about);
  const gone = { ...currentProcess(), since: "00000000-1" };
  const emit = (event: object): void =>
    run.append({ at: "2026-11-26T09:00:00.000Z", run: run.id, ...event } as RunEvent);
  for (const resumedFrom of [undefined, 4]) {
    emit({
      kind: "started",
      recipe: "r",
      plan: "p",
      engine: "e",
      steps: 9,
      process: gone,
      ...(resumedFrom !== undefined && { resumedFrom }),
    });
    emit({ kind: "allowed", code: "imbalanced", reason: 'as it is: {"at":1}', of: "d" });
    for (let step = (resumedFrom ?? 0) + 1; step <= 6; step++) {
      emit({
        kind: "step",
        step,
        epoch: 1,
        tokens: 10,
        loss: 1 / step,
        rate: 1e-3,
        norm: step === 3 ? Number.NaN : 1,
        seconds: 0.1,
      });
      if (step % 2 === 0)
        emit({ kind: "evaluated", step, split: "validation", metrics: { loss: 1 / step, accuracy: 0.5 } });
      if (step % 2 === 0) emit({ kind: "checkpoint", step, folder: "f", best: true });
    }
    emit({ kind: "stopping", step: 6 });
    emit({ kind: "stopped", step: 6, reason: "interrupted", seconds: 3 });
  }
  for (const step of [4, 6]) appendRunScore(run, score(step));
  const position = { step: 6, best: { score: 0.5, step: 6 }, validated: 6, watched: [0.5], seconds: 3 };
  const weight = { dtype: "f32", shape: [4], bytes: new Uint8Array(16).fill(7) } as const;
  const checkpoint = join("checkpoints", "step-000006.safetensors");
  writeSafetensors(
    join(run.path, checkpoint),
    { weight },
    { tunebook: JSON.stringify(position), ...CHECKSUM_METADATA },
  );
  const names = ["events.jsonl", "scores.jsonl", "plan.json", "lock.json", checkpoint];
  return { run, plan, files: new Map(names.map((name) => [name, readFileSync(join(run.path, name))])) };
}

const score = (step: number): RunScore => ({
  ...{ at: "2026-11-26T09:00:00.000Z", step, data: "d", split: "test", dataHash: "h", rows: 10 },
  metrics: { accuracy: { value: 0.5, low: 0.2, high: 0.8, better: "greater" } },
});

type Below = (n: number) => number;
type One = <T>(list: readonly T[]) => T;

/** Always damages the logs, and the other files occasionally. */
function damaged({ files }: Made, below: Below, one: One): ReadonlyMap<string, Buffer> {
  return new Map(
    [...files].map(([name, bytes]) => {
      let now: Buffer = bytes;
      const often = name.endsWith("l") || below(8) === 0;
      for (let more = often ? 1 + below(5) : 0; more > 0; more--) now = edited(now, below, one);
      return [name, now];
    }),
  );
}

function edited(bytes: Buffer, below: Below, one: One): Buffer {
  const at = below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const lines = (): string[] => bytes.toString("utf8").split("\n");
  switch (below(9)) {
    case 0: // torn, as by a kill
      return before;
    case 1: {
      const flipped = Buffer.from(bytes);
      if (flipped.length > 0) flipped[below(flipped.length)]! ^= 1 << below(8);
      return flipped;
    }
    case 2:
      return Buffer.concat([before, Buffer.from(Array.from({ length: below(40) }, () => below(256))), after]);
    case 3: // glued: a line break is missing
      return Buffer.concat([
        before.subarray(0, Math.max(0, bytes.lastIndexOf(10, at))),
        bytes.subarray(Math.max(0, bytes.lastIndexOf(10, at)) + 1),
      ]);
    case 4: {
      const all = lines();
      const [line = ""] = all.splice(below(all.length), 1);
      all.splice(below(all.length + 1), 0, line, ...(below(2) === 0 ? [line] : []));
      return Buffer.from(all.join("\n"));
    }
    case 5: {
      const all = lines();
      const n = below(all.length);
      try {
        const record = JSON.parse(all[n] ?? "") as Record<string, unknown>;
        const key = one(Object.keys(record));
        if (below(4) === 0) Reflect.deleteProperty(record, key);
        else record[key] = one(odd);
        all[n] = JSON.stringify(record);
      } catch {
        all.splice(n, 0, JSON.stringify(one(odd)));
      }
      return Buffer.from(all.join("\n"));
    }
    case 6:
      return Buffer.concat([
        before,
        Buffer.from(
          one([
            '{"at":',
            '{"at":"x","kind":"started"}',
            "\n",
            "\0",
            "[".repeat(2000),
            '{"at":{"at":'.repeat(300),
            "\u2028",
          ]),
        ),
        after,
      ]);
    case 7:
      return Buffer.concat([before, after.subarray(1 + below(30))]);
    default:
      return Buffer.concat([bytes, bytes.subarray(0, below(bytes.length))]);
  }
}

async function look(
  root: string,
  { run, plan }: Made,
  damage: ReadonlyMap<string, Buffer>,
  below: Below,
): Promise<void> {
  const runs = join(root, "runs");
  for (const [name, bytes] of damage) if (name !== "events.jsonl") writeAnew(join(run.path, name), bytes);
  // The log arrives in pieces, with a read after each. The final result equals that of a single read.
  const log = damage.get("events.jsonl")!;
  writeAnew(run.eventsFile, "");
  const growing = new RunList(runs);
  for (let at = 0; at < log.length;) {
    const end = at + 1 + below(Math.max(1, log.length / 2));
    appendFileSync(run.eventsFile, log.subarray(at, end));
    at = end;
    await growing.look();
  }
  const list = new RunList(runs);
  await Promise.all([growing.look(), list.look()]);
  const summary = list.get(run.id);
  assert.deepEqual(growing.get(run.id), summary);
  assert.ok(summary);
  JSON.stringify(list.list({ ...defaultRunView, filter: "m", limit: 10, since: 0 }));
  JSON.stringify(await readRunDetails(list, run.id, run.id));
  const text = log.toString("utf8");
  assert.ok(parseRunEvents(text).length <= parseAllEvents(text).length);
  await codedOrWell(() => loadRunWeights(run.path));
  await codedOrWell(async () => (await claimUnfinishedRun(runs, plan, { name: "m" })).lock.release());
  mkdirSync(join(runs, "sweeps"), { recursive: true });
  writeAnew(join(runs, "sweeps", "s-abc.jsonl"), log);
  Journal.open(runs, "s", "abc", { vary: {}, goals: [{ metric: "accuracy", direction: "maximize" }] });
  run.append({ at: "2026-11-26T10:00:00.000Z", run: run.id, kind: "stopping", step: 77 });
  assert.deepEqual(run.events().at(-1), { at: "2026-11-26T10:00:00.000Z", run: run.id, kind: "stopping", step: 77 });
  appendRunScore(run, score(77));
  assert.deepEqual(readRunScores(run).at(-1), score(77));
}

async function codedOrWell(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === "internal") throw error;
  }
}
