/**
 * What a sweep starts from: the trials of another journal, Optuna's own too, as points of this sweep. Those that don't fit are
 * told and left out.
 */
import { basename } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { JournalFile } from "../../artifacts/optuna/journal-file.js";
import { DIRECTION } from "../../artifacts/optuna/operations.js";
import { over, type LoggedStudy } from "../../artifacts/optuna/replay.js";
import { readRegular } from "../../artifacts/read-regular.js";
import { valuesAt } from "../../core/sweep/points.js";
import type { TrialRecord } from "../../core/sweep/trial.js";
import type { Strange } from "./journal.js";
import { keptTrialsIn } from "./kept-trials.js";
import { fits, Reading, trialIn, type JournalOf } from "./logged-trial.js";
import "../../artifacts/codes.js";

export interface Started {
  readonly trials: readonly TrialRecord[];
  readonly strange: readonly Strange[];
}

/** Coded error `no-journal`: the file is none, or its studies are after something else. */
export function startedFrom(file: string, of: JournalOf): Started {
  const kept = keptTrialsIn(readRegular(file) ?? "");
  if (kept) return parted(kept.map((trial) => keptIn(of, trial)));
  const log = new JournalFile(file);
  log.look();
  const study = studyFor(file, [...log.replay.studies.values()], of);
  const reading = new Reading(of);
  return parted(
    study.trials.filter(over).map((one) => {
      const trial = trialIn(reading, one);
      return fits(trial) ? trial : { ...trial, number: one.number + 1 };
    }),
  );
}

/** That which is called like the file, else the newest that is after the same. */
function studyFor(file: string, studies: readonly LoggedStudy[], { goals }: JournalOf): LoggedStudy {
  const wanted = goals.map(({ direction }) => DIRECTION[direction]);
  const same = studies.filter(({ directions }) => directions.join() === wanted.join());
  const found = same.find(({ name }) => name === basename(file).replace(/\.[^.]*$/, "")) ?? same.at(-1);
  if (found) return found;
  const why =
    studies.length === 0
      ? "it has no study"
      : `its studies have other goals than ${goals.map(({ direction, metric }) => `${direction} ${metric}`).join(", ")}`;
  throw new CodedError("no-journal", { file, why });
}

/** The places of an earlier version's options are those of its own sweep: its values must be the same here. */
function keptIn({ vary }: JournalOf, trial: TrialRecord): TrialRecord | Strange {
  const here = Object.keys(vary).every((path) => path in trial.values) ? valuesAt(vary, trial.point) : {};
  const paths = new Set([...Object.keys(here), ...Object.keys(trial.values)]);
  const same = [...paths].every((path) => here[path] === trial.values[path]);
  return same ? trial : { number: trial.number, why: "it varies something else" };
}

function parted(all: readonly (TrialRecord | Strange)[]): Started {
  return { trials: all.filter(fits), strange: all.filter((one): one is Strange => !fits(one)) };
}
