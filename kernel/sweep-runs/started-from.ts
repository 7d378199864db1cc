/**
 * What a sweep starts from: the trials of another journal, Optuna's own too, as points of this sweep. What isn't shared and what
 * doesn't fit is told.
 */
import { basename } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { sharesOf } from "#stdlib/searches/shared/random-points.js";
import type { Point } from "#stdlib/searches/kind.js";
import { JournalFile } from "../runs/optuna/journal-file.js";
import { DIRECTION } from "../runs/optuna/operations.js";
import { over, type LoggedStudy, type LoggedTrial } from "../runs/optuna/replay.js";
import { valuesAt } from "../study/points.js";
import type { Named } from "../study/parameters.js";
import { sharedPoint } from "../study/shared-points.js";
import type { TrialRecord } from "../study/trial.js";
import type { Strange } from "./journal/journal.js";
import { namedOf, Reading, recordOf, type JournalOf } from "./journal/logged-trial.js";

export interface Started {
  /** With the numbers that they had. */
  readonly trials: readonly TrialRecord[];
  readonly strange: readonly Strange[];
  /** Names of what both sweeps vary, of what is as the definitions have it here, and of what varied there alone. */
  readonly shared: readonly string[];
  readonly filled: readonly string[];
  readonly aside: readonly string[];
}

/** A trial as it was logged, without its place in this sweep. */
interface Earlier {
  readonly number: number;
  readonly named: ReadonlyMap<string, Named>;
  readonly record: Omit<TrialRecord, "point" | "values"> | { readonly why: string };
}

/** `own`: what the definitions have in the space. Coded error `no-journal`: the file is none, or its studies are after something else. */
export function startedFrom(file: string, of: JournalOf, own: Point = {}): Started {
  const reading = new Reading(of);
  const told = { shared: new Set<string>(), filled: new Set<string>(), aside: new Set<string>() };
  const all: TrialRecord[] = [];
  const strange: Strange[] = [];
  for (const { number, named, record } of trialsIn(file, reading, of)) {
    const found = sharedPoint(reading.parameters, named, { own, share: sharesOf(0, number) });
    if (!("state" in record) || "why" in found) {
      strange.push({ number, why: "state" in record && "why" in found ? found.why : (record.why ?? "") });
      continue;
    }
    for (const key of ["shared", "filled", "aside"] as const) for (const name of found[key]) told[key].add(name);
    all.push({ ...record, number, point: found.point, values: valuesAt(of.vary, found.point) });
  }
  const replaced = new Set(all.flatMap(({ again }) => again ?? []));
  const trials = all.filter(({ number }) => !replaced.has(number));
  return { trials, strange, shared: [...told.shared], filled: [...told.filled], aside: [...told.aside] };
}

function trialsIn(file: string, reading: Reading, of: JournalOf): readonly Earlier[] {
  const log = new JournalFile(file);
  log.look();
  const { study, goals } = studyFor(file, [...log.replay.studies.values()], of);
  return study.trials.filter(over).map((logged) => ({
    number: logged.number + 1,
    named: namedOf(reading, logged, false),
    record: sharedIn(recordOf(reading, sharedOf(logged, goals)), goals),
  }));
}

/** With the scores of the goals at these places alone. What was reported on the way is of the first. */
function sharedOf(logged: LoggedTrial, goals: readonly number[]): LoggedTrial {
  const values = logged.values && goals.map((at) => logged.values?.[at] ?? Number.NaN);
  return { ...logged, values, reports: goals[0] === 0 ? logged.reports : new Map() };
}
function sharedIn(record: Earlier["record"], goals: readonly number[]): Earlier["record"] {
  if (!("state" in record) || !record.spread) return record;
  return { ...record, spread: goals.map((at) => record.spread?.[at] ?? Number.NaN) };
}

/**
 * That which is called like the file, else the newest that is after the same; whose goals' names are told must have the same,
 * or these among more. `goals`: at which places of its own the wanted ones stand.
 */
function studyFor(
  file: string,
  studies: readonly LoggedStudy[],
  { goals }: JournalOf,
): { readonly study: LoggedStudy; readonly goals: readonly number[] } {
  const same = studies.flatMap((study) => {
    const places = placesOf(study, goals);
    return places ? [{ study, goals: places }] : [];
  });
  const found = same.find(({ study }) => study.name === basename(file).replace(/\.[^.]*$/, "")) ?? same.at(-1);
  if (found) return found;
  const why =
    studies.length === 0
      ? "it has no study"
      : `its studies have other goals than ${goals.map(({ direction, metric }) => `${direction} ${metric}`).join(", ")}`;
  throw new CodedError("no-journal", { file, why });
}

/** Null: it isn't after all of them. Without names only as many goals, the same ways, can be those. */
function placesOf({ directions, systemAttrs }: LoggedStudy, goals: JournalOf["goals"]): readonly number[] | null {
  const wanted = goals.map(({ direction }) => DIRECTION[direction]);
  const names: unknown = systemAttrs.get("study:metric_names");
  if (!Array.isArray(names)) return directions.join() === wanted.join() ? wanted.map((_, i) => i) : null;
  const places = goals.map(({ metric }, i) =>
    directions.findIndex((direction, at) => names[at] === metric && direction === wanted[i]),
  );
  return places.includes(-1) ? null : places;
}
