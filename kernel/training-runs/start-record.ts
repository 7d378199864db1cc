/** What a run records at its start: the facts in its lock, and which rows it trains on. */
import type { ExperimentSettings } from "#dsl/compiler/plan/action.js";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import {
  TRAINING_ROW_RECORD_FILE,
  trainingRowRecordOf,
  trainingRowRecordWithoutHashes,
  writeTrainingRowRecord,
} from "../runs/learnt-rows.js";
import { rowMarksOf, writeRowMarks } from "../runs/row-marks.js";
import type { NewRunFacts, PinnedRunFacts, RunFolder } from "../runs/run-folder.js";
import type { trainingRowHashesOfStart } from "../inference/measuring/learnt-overlap.js";
import type { HostContext } from "../host/host-context.js";
import { makePrivate } from "../fetch/private.js";
import { runRecordOf } from "../runs/record/record.js";
import { version } from "../session/version.js";
import type { Engine } from "../engines/engine.js";
import { trainingSplitName } from "../data/prepared.js";
import type { TrainingInputs } from "./training-inputs.js";
import type { TrainRequest } from "./request.js";

/** Context at the start of a training, with its experiment if there is one. */
interface Beginning {
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
  readonly experiment?: Pick<ExperimentSettings, "name" | "notes">;
}

/** Returns the facts for a new run's lock. */
export async function collectNewRunFacts(
  { plan, run: { trial, replays } }: Pick<TrainRequest, "plan" | "run">,
  { base, prepared, labels }: TrainingInputs,
  engine: Engine,
  { hostContext: { folder }, signal, experiment }: Beginning,
): Promise<NewRunFacts> {
  const record = await runRecordOf({ plan, base, prepared, engine: engine.info, folder, version, signal });
  return {
    recipeHash: plan.recipeHash,
    planHash: plan.planHash,
    dataHash: prepared.facts.hash,
    baseHash: base.hash,
    labels,
    data: countsOf(prepared.facts),
    home: folder,
    ...(plan.recipe.model.trained && !plan.recipe.model.trained.made && { base: base.folder }),
    engine: engine.info.title,
    tunebook: version,
    node: process.version,
    ...(trial && { trial }),
    ...(replays !== undefined && { replays }),
    ...(record && { record }),
    ...(experiment && { experiment: { name: experiment.name, notes: experiment.notes } }),
  };
}
function countsOf({ rowsIn, kept: rowsKept, splits }: DataFacts): NonNullable<PinnedRunFacts["data"]> {
  return {
    rowsIn,
    kept: rowsKept,
    splits: Object.fromEntries(Object.entries(splits).map(([split, { rows }]) => [split, rows])),
  };
}

/** Records which rows the run trains on, for later scoring or training with its weights. */
export async function recordTrainingRows(
  run: RunFolder,
  begun: NonNullable<ReturnType<typeof trainingRowHashesOfStart>>,
  request: Pick<TrainRequest, "plan" | "run">,
  { prepared }: Pick<TrainingInputs, "prepared">,
  stage: Beginning,
): Promise<void> {
  const about = {
    run: run.id,
    model: request.run.trial?.sweep ?? request.run.name,
    begun,
    ...(stage.signal && { signal: stage.signal }),
  };
  const secret = request.plan.recipe.training.privacy !== undefined;
  await writeTrainingRowRecord(
    run.path,
    secret
      ? trainingRowRecordWithoutHashes(about.model)
      : await trainingRowRecordOf({ prepared, split: trainingSplitName(prepared) }, about),
  );
  makePrivate(join(run.path, TRAINING_ROW_RECORD_FILE));
}

/** Writes marks that identify the run's rows, to compare it with other runs. A private training writes none. */
export async function recordRowMarks(
  { path }: RunFolder,
  plan: Plan,
  { prepared }: Pick<TrainingInputs, "prepared">,
): Promise<void> {
  if (plan.recipe.training.privacy) return;
  const marks = rowMarksOf(prepared);
  if (marks) await writeRowMarks(path, marks);
}
