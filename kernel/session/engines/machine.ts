/**
 * What trainings took on this machine lately, per engine: written after each run, read by the plan's estimate of time.
 * The file is a hint: a missing or broken one means "not measured yet".
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import type { MachineFacts, Took } from "#dsl/types/facts.js";
import { fields, hintIn, like, object } from "../../fetch/json.js";
import type { EngineName } from "#kernel/engine/engine.js";
import { readMachineRecord } from "#kernel/engine/machine-record.js";
import type { RunEvent } from "../../core/session/events.js";

export function cacheFolder(): string {
  return process.env["TUNEBOOK_CACHE"] ?? join(homedir(), ".cache", "tunebook");
}
const file = () => join(cacheFolder(), "machine.json");
/** Of each engine: enough for models of several sizes. */
const KEPT = 12;
/** Efforts of a step that are as good as the same: the newer training stands for both. */
const ALIKE = 1.25;

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const isTook = like<Took>(fields({ flops: positive, steps: positive, seconds: positive }));

/** The engine that trained last comes last. */
function read(): Readonly<Record<string, readonly Took[]>> {
  return Object.fromEntries(
    Object.entries(hintIn(file(), object) ?? {}).map(([engine, list]) => [
      engine,
      Array.isArray(list) ? list.filter(isTook) : [],
    ]),
  );
}

/** What is known of this engine's pace (`auto`: of the one that trained last). */
export function paceOf(engine: string): Pick<MachineFacts, "took" | "product"> {
  const all = read();
  const name = engine === "auto" ? Object.keys(all).findLast((one) => all[one]!.length > 0) : engine;
  const product = name === undefined ? undefined : readMachineRecord()?.engines[name as EngineName]?.f32;
  return { took: (name !== undefined && all[name]) || [], product: product === undefined ? null : product * 1e9 };
}

export function rememberTook(engine: string, took: Took): void {
  if (!isTook(took)) return;
  const { [engine]: own = [], ...others } = read();
  const effort = (t: Took): number => t.flops / t.steps;
  const other = own.filter((t) => Math.abs(Math.log(effort(t) / effort(took))) > Math.log(ALIKE));
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileAtomic.sync(file(), JSON.stringify({ ...others, [engine]: [...other, took].slice(-KEPT) }));
  } catch {
    // Only a hint for the next plan: a read-only cache must not fail a run.
  }
}

/** Seconds without what only the first step takes: an engine plans and compiles its graph there. */
export function steadily(seconds: number, events: readonly RunEvent[]): number {
  const [first, ...rest] = events.flatMap((event) => (event.kind === "step" ? [event.seconds] : []));
  if (first === undefined || rest.length === 0) return seconds;
  const usual = rest.sort((a, b) => a - b)[rest.length >> 1]!;
  return seconds - Math.min(Math.max(0, first - usual), seconds / 2);
}
