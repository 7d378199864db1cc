/** Run folders as trainings, sweeps and evaluations leave them, written by the production code. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { checkpointFile, listCheckpoints, type TrainingPosition } from "#kernel/runs/checkpoints.js";
import { writeSafetensors } from "#kernel/tensors/safetensors.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { appendRunScore, type ScoreValue } from "#kernel/runs/history/run-scores.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import type { TrialOfRun } from "#kernel/runs/together/trials.js";
import { currentProcess } from "#kernel/runs/writer.js";
import type { RunWriter } from "#kernel/events/writer.js";
import { compiled, definitions } from "../../dsl/world.js";

export function planOf(recipe: string, name = "m"): Plan {
  const action = compiled(`${definitions}train m on d${name === "m" ? "" : ` as ${name}`} { ${recipe} }`).actions?.find(
    (one) => one.verb === "train",
  );
  assert.ok(action);
  return action.plan;
}
/** A process that has ended. */
export const gone: RunWriter = { ...currentProcess(), since: "another-1" };

export type Event = { [K in RunEvent["kind"]]: Omit<Extract<RunEvent, { kind: K }>, "at" | "run"> }[RunEvent["kind"]];
export const step = (n: number, loss: number): Event => ({
  ...{ kind: "step", step: n, epoch: 1, tokens: 100, loss, rate: 1e-3, norm: 1, seconds: 0.5 },
});
export const validated = (n: number, metrics: Readonly<Record<string, number>>): Event => ({
  ...{ kind: "evaluated", step: n, split: "validation", metrics },
});
export function add(run: RunFolder, ...events: readonly Event[]): void {
  for (const event of events) run.append({ at: new Date().toISOString(), run: run.id, ...event } as RunEvent);
}

export interface Made {
  readonly recipe?: string;
  readonly steps?: number;
  readonly loss?: (step: number) => number;
  readonly accuracy?: number;
  /** Reason of the end; `null` means that the run continues, in this process. */
  readonly reason?: "done" | "early" | "interrupted" | null;
  readonly trial?: TrialOfRun;
  readonly dataHash?: string;
  /** Whether to write a readable checkpoint. */
  readonly weights?: boolean;
}
export function makeRun(root: string, name: string, o: Made = {}): RunFolder {
  const { recipe = "epochs: 1", steps = 20, loss = (n) => 0.7 - n * 0.02, accuracy = 0.7, reason = "done" } = o;
  const plan = planOf(recipe, /^\w+$/.test(name) ? name : "m");
  const run = RunFolder.create(root, name, plan, {
    ...{
      recipeHash: plan.recipeHash,
      planHash: plan.planHash,
      dataHash: o.dataHash ?? "d1",
      baseHash: "b",
      labels: [],
    },
    ...{ engine: "TensorFlow", tunebook: "0.1.0", node: process.version, ...(o.trial && { trial: o.trial }) },
  });
  const writer = reason === null ? currentProcess() : gone;
  add(run, { kind: "started", recipe: "r", plan: "p", engine: "TensorFlow", steps: 20, process: writer });
  for (let n = 1; n <= steps; n++) {
    add(run, step(n, loss(n)));
    if (n % 10 === 0) add(run, validated(n, { loss: loss(n) + 0.1, accuracy: (accuracy * n) / steps }));
  }
  if (o.weights) {
    const file = checkpointFile(run, steps);
    const position: TrainingPosition = { step: steps, best: null, watched: [], seconds: steps / 2 };
    writeSafetensors(
      file,
      { w: { dtype: "f32", shape: [1], bytes: new Uint8Array(4) } },
      { tunebook: JSON.stringify(position) },
    );
    add(run, { kind: "checkpoint", step: steps, folder: file, best: true });
    assert.equal(listCheckpoints(run).length, 1);
  }
  if (reason !== null) add(run, { kind: "stopped", step: steps, reason, seconds: steps / 2 });
  return run;
}

export const share = (value: number, spread = 0.03): ScoreValue => ({
  ...{ value, low: Math.max(0, value - spread), high: Math.min(1, value + spread), better: "greater" },
});
export function evaluate(
  run: RunFolder,
  metrics: Readonly<Record<string, ScoreValue>>,
  o: { at?: string; split?: string; dataHash?: string; data?: string } = {},
): void {
  const { at = new Date().toISOString(), split = "test", dataHash = "d1", data = "d" } = o;
  appendRunScore(run, { at, step: 20, data, split, dataHash, rows: 120, metrics });
}

/** Writes a sweep with its journal, as `sweep` leaves it. */
export function makeSweep(
  root: string,
  name: string,
  accuracies: readonly number[],
  o: { readonly marked?: boolean; readonly metric?: string } = {},
): readonly RunFolder[] {
  const goal = { metric: o.metric ?? "accuracy", direction: "maximize" } as const;
  const vary: SweepPlan["vary"] = { batch_size: { space: "choice", of: accuracies.map((_one, i) => 8 * (i + 1)) } };
  const journal = Journal.open(root, name, "0123456789ab", { vary, goals: [goal] });
  return accuracies.map((accuracy, i) => {
    const number = i + 1;
    const trial: TrialOfRun = { sweep: name, journal: journal.name, number, goal };
    const run = makeRun(root, `${name}_${number}`, {
      accuracy,
      recipe: `epochs: 1, batch_size: ${8 * number}`,
      ...(o.marked !== false && { trial }),
    });
    journal.add({
      ...{ number, values: { batch_size: String(8 * number) }, point: { batch_size: i }, score: accuracy },
      ...{ state: "done", seconds: 10, run: run.path, error: null },
    });
    return run;
  });
}
