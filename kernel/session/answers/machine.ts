/**
 * This machine's memory, and the durations of recent trainings on it, per engine: written after each run and read by the
 * plan's time estimate. Other processes with their own engines write the same file. The file is a hint: a missing or broken one
 * means "not measured yet".
 */
import { mkdirSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { MachineFacts, TrainingTime } from "#dsl/language/types/facts.js";
import { measurementsPath } from "../../fetch/cache.js";
import { objectWith, readJsonCacheFile, schemaGuard, jsonObject } from "../../fetch/json.js";
import type { EngineName } from "#kernel/engines/engine.js";
import { chooseEngine } from "#kernel/engines/choice.js";
import { engines } from "#kernel/engines/engines.js";
import { readMachineRecord } from "#kernel/engines/machine-record.js";
import type { RunEvent } from "../../events/events.js";

const file = () => measurementsPath("machine.json");
/** Model sizes remembered per engine. */
const KEPT = 12;
/** Trainings remembered per size: more than one, so that a moment when the machine was busy does not set the pace. */
const OF_A_SIZE = 3;
/** Two step costs within this factor count as the same size. */
const ALIKE = 1.25;
/** Engine that this process last trained with, by the measurements file. */
const trainedHere = new Map<string, EngineName>();

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const isTook = schemaGuard<TrainingTime>(objectWith({ flops: positive, steps: positive, seconds: positive }));

function read(): Readonly<Record<string, readonly TrainingTime[]>> {
  return Object.fromEntries(
    Object.entries(readJsonCacheFile(file(), jsonObject) ?? {}).map(([engine, list]) => [
      engine,
      Array.isArray(list) ? list.filter(isTook) : [],
    ]),
  );
}

/**
 * Returns what is known of this engine's pace. For `auto`: the engine that last trained in this process, else the one
 * that would be chosen.
 */
export function enginePaceOf(engine: string): Pick<MachineFacts, "took" | "product"> {
  const all = read();
  const record = readMachineRecord();
  const isNative = (one: EngineName): boolean => engines[one].utilisation !== undefined;
  // If a native engine was measured on this machine, `auto` never chooses another kind.
  const natives = names.some((one) => isNative(one) && record?.engines[one] !== undefined);
  const known = names.filter((one) => (all[one]?.length ?? 0) > 0 && (!natives || isNative(one)));
  const chosen = (): EngineName | undefined =>
    trainedHere.get(file()) ?? (known.length > 0 ? chooseEngine(known, record).engine : undefined);
  const name = engine === "auto" ? chosen() : engine;
  const product = name === undefined ? undefined : record?.engines[name as EngineName]?.f32;
  return {
    took: sizesOf((name !== undefined && all[name]) || [])
      .slice(-KEPT)
      .map(usual),
    product: product === undefined ? null : product * 1e9,
  };
}
const names = Object.keys(engines) as EngineName[];

export function recordEnginePace(engine: string, took: TrainingTime): void {
  if (!isTook(took)) return;
  if (names.includes(engine as EngineName)) trainedHere.set(file(), engine as EngineName);
  const { [engine]: recorded = [], ...others } = read();
  const saved = sizesOf([...recorded, took]).slice(-KEPT);
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileAtomic.sync(file(), JSON.stringify({ ...others, [engine]: saved.flat() }));
  } catch {
    // This is only a hint for the next plan: a read-only cache must not fail a run.
  }
}

/** Groups trainings by the cost of a step, the latest of each size; the size that was trained last comes last. */
function sizesOf(all: readonly TrainingTime[]): readonly (readonly TrainingTime[])[] {
  const sizes: TrainingTime[][] = [];
  for (const took of all.toReversed()) {
    const like = sizes.find(([newest]) => newest !== undefined && isAlike(newest, took));
    if (!like) sizes.push([took]);
    else if (like.length < OF_A_SIZE) like.push(took);
  }
  return sizes.map((size) => size.reverse()).reverse();
}
const effort = (t: TrainingTime): number => t.flops / t.steps;
const isAlike = (a: TrainingTime, b: TrainingTime): boolean =>
  Math.abs(Math.log(effort(a) / effort(b))) <= Math.log(ALIKE);

/** Returns the training with the median pace of its size; of two, the faster one. */
function usual(size: readonly TrainingTime[]): TrainingTime {
  const pace = (t: TrainingTime): number => t.seconds / t.flops;
  const sorted = size.toSorted((a, b) => pace(a) - pace(b));
  return mustExist(sorted[(sorted.length - 1) >> 1], "a training of its size");
}

/** Subtracts the extra time of the first step, in which an engine plans and compiles its graph. */
export function secondsWithoutStartup(seconds: number, events: readonly RunEvent[]): number {
  const [first, ...rest] = events.flatMap((event) => (event.kind === "step" ? [event.seconds] : []));
  if (first === undefined || rest.length === 0) return seconds;
  const usual = rest.sort((a, b) => a - b)[rest.length >> 1]!;
  return seconds - Math.min(Math.max(0, first - usual), seconds / 2);
}

/** `engine`: the chosen one, whose pace is reported. */
export function machineFacts(engine: string): MachineFacts {
  return { memoryBytes: availableMemoryBytes(), cores: availableParallelism(), engine, ...enginePaceOf(engine) };
}

/** Returns the usable bytes of this machine's memory. */
export function availableMemoryBytes(): number {
  // Without a limit, `constrainedMemory` returns a number greater than any machine's memory.
  return Math.min(process.constrainedMemory() || Infinity, totalmem());
}
