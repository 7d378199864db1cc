/**
 * Reads the trials of another journal, including Optuna's own, as points of this sweep. Dimensions that are not shared
 * and trials that do not fit are reported.
 */
import { basename } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { randomNumbersForTrial } from "#stdlib/searches/shared/random-points.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { OptunaJournalFile } from "../runs/optuna/journal-file.js";
import { OPTUNA_DIRECTIONS } from "../runs/optuna/operations.js";
import { isTrialOver, type LoggedStudy, type LoggedTrial } from "../runs/optuna/replay.js";
import { settingTextsAtPoint } from "../study/points.js";
import type { ParameterValue } from "../study/parameters.js";
import { transferSearchPoint } from "../study/shared-points.js";
import type { TrialRecord } from "../study/trial.js";
import type { MismatchedTrial } from "./journal/journal.js";
import {
  parameterValuesOf,
  JournalTrialParameters,
  trialRecordOf,
  type JournaledSweep,
} from "./journal/logged-trial.js";

export interface StartTrialsFromJournal {
  /** Trials with their original numbers. */
  readonly trials: readonly TrialRecord[];
  readonly strange: readonly MismatchedTrial[];
  /**
   * Names of the dimensions that both sweeps vary, of those filled from the definitions, and of those that only the
   * earlier sweep varied.
   */
  readonly shared: readonly string[];
  readonly filled: readonly string[];
  readonly aside: readonly string[];
}

/** A trial as it was logged, without its point in this sweep. */
interface Earlier {
  readonly number: number;
  readonly named: ReadonlyMap<string, ParameterValue>;
  readonly record: Omit<TrialRecord, "point" | "values"> | { readonly why: string };
}

/**
 * Throws the coded error `no-journal` if the file is not a journal or its studies have other goals.
 * @param definitions the definitions' values in the space
 */
export function readStartTrials(
  file: string,
  spec: JournaledSweep,
  definitions: SearchPoint = {},
): StartTrialsFromJournal {
  const reading = new JournalTrialParameters(spec);
  const names = { shared: new Set<string>(), filled: new Set<string>(), aside: new Set<string>() };
  const all: TrialRecord[] = [];
  const strange: MismatchedTrial[] = [];
  for (const { number, named, record } of trialsIn(file, reading, spec)) {
    const found = transferSearchPoint(reading.parameters, named, {
      definitions,
      share: randomNumbersForTrial(0, number),
    });
    if (!("state" in record) || "why" in found) {
      strange.push({ number, why: "state" in record && "why" in found ? found.why : (record.why ?? "") });
      continue;
    }
    for (const key of ["shared", "filled", "aside"] as const) for (const name of found[key]) names[key].add(name);
    all.push({ ...record, number, point: found.point, values: settingTextsAtPoint(spec.vary, found.point) });
  }
  const replaced = new Set(all.flatMap(({ again }) => again ?? []));
  const trials = all.filter(({ number }) => !replaced.has(number));
  return { trials, strange, shared: [...names.shared], filled: [...names.filled], aside: [...names.aside] };
}

function trialsIn(file: string, reading: JournalTrialParameters, spec: JournaledSweep): readonly Earlier[] {
  const log = new OptunaJournalFile(file);
  log.look();
  const { study, goals } = studyFor(file, [...log.replay.studies.values()], spec);
  return study.trials.filter(isTrialOver).map((logged) => ({
    number: logged.number + 1,
    named: parameterValuesOf(reading, logged, false),
    record: sharedIn(trialRecordOf(reading, sharedOf(logged, goals)), goals),
  }));
}

/** Keeps only the scores of the goals at these indices. Intermediate reports belong to the first goal. */
function sharedOf(logged: LoggedTrial, goals: readonly number[]): LoggedTrial {
  const values = logged.values && goals.map((index) => logged.values?.[index] ?? Number.NaN);
  return { ...logged, values, reports: goals[0] === 0 ? logged.reports : new Map() };
}
function sharedIn(record: Earlier["record"], goals: readonly number[]): Earlier["record"] {
  if (!("state" in record) || !record.spread) return record;
  return { ...record, spread: goals.map((index) => record.spread?.[index] ?? Number.NaN) };
}

/**
 * Returns the study named like the file, else the newest one with the same goals. If a study names its goals, the
 * wanted ones must be among them. `goals`: indices of the wanted goals in the study.
 */
function studyFor(
  file: string,
  studies: readonly LoggedStudy[],
  { goals }: JournaledSweep,
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

/**
 * Returns null if the study lacks one of the goals. Without names, the number of goals and their directions must match.
 */
function placesOf({ directions, systemAttrs }: LoggedStudy, goals: JournaledSweep["goals"]): readonly number[] | null {
  const wanted = goals.map(({ direction }) => OPTUNA_DIRECTIONS[direction]);
  const names: unknown = systemAttrs.get("study:metric_names");
  if (!Array.isArray(names)) return directions.join() === wanted.join() ? wanted.map((_, i) => i) : null;
  const places = goals.map(({ metric }, i) =>
    directions.findIndex((direction, index) => names[index] === metric && direction === wanted[i]),
  );
  return places.includes(-1) ? null : places;
}
