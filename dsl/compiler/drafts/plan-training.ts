/** Plans one training: data, model and recipe are resolved, checked against each other and the machine, and hashed. */
import type { Estimates } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { markCheckedAllowances } from "../../language/types/allow.js";
import { checkBatching, virtualTokensPerText } from "../checks/batching.js";
import { checkWorkerRanks } from "../checks/ranks.js";
import { checkTokenizerEncoding, checkEndTokens, checkTruncation, checkWarmUp } from "../checks/training-warnings.js";
import { checkData } from "../checks/world.js";
import { trainingSplit } from "../plan/estimates.js";
import { isFailedFact } from "../../language/types/facts.js";
import { predictsNext, readsConversations } from "../plan/batches.js";
import { resolveCalibrationCalls } from "../checks/calibration.js";
import { checkWatchedMetrics } from "../plan/metrics.js";
import { splitOrigin } from "./split-origin.js";
import { requireAgreedSettingsWritten } from "./runner-limits.js";
import { checkPrivacyGuarantee } from "./privacy-guarantee.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import type { ResolvedModel } from "../plan/resolved.js";
import type { TrainingRequest, PlannedTraining, UpdateTechnique } from "./training-request.js";
import {
  resolveDataAndModel,
  type ResolvedDataAndModel,
  resolveTraining,
  type ResolvedTraining,
} from "./training-definitions.js";
import { planIfItFitsMachine } from "./fitting.js";

/** @returns undefined if there is an error (reported) or a fact is missing (requested) */
export function planTraining(program: Program, options: TrainingRequest): PlannedTraining | undefined {
  const before = program.allowing;
  const current = options.recipe ? (program.names.get(options.recipe.name)?.draft ?? options.recipe) : undefined;
  program.allowing = [
    ...before,
    ...options.model.allowances,
    ...options.data.allowances,
    ...(current?.allowances ?? []),
  ];
  program.allowed.length = 0;
  const planned = plannedWith(program, options);
  if (planned) markCheckedAllowances(program.allowing, "data", "model", "train");
  program.allowing = before;
  return planned;
}

function plannedWith(program: Program, options: TrainingRequest): PlannedTraining | undefined {
  program.require([...options.model.needs, ...options.data.needs]);
  const defined = resolveDataAndModel(program, options);
  if (!defined) return undefined;
  if (!options.onward || !options.update) return plannedOf(program, options, defined);
  const onward = options.onward(defined.model.plan.technique, defined.model.base);
  if (!onward) return undefined;
  const whole = { ...options, update: { ...options.update, strategy: onward.strategy } };
  return plannedOf(program, whole, { ...defined, model: goingOn(defined.model, onward) });
}

/** Returns the model with the technique as the update strategies changed it. */
function goingOn(model: ResolvedModel, { technique, why }: UpdateTechnique): ResolvedModel {
  const changed = Object.entries(why).map(
    ([name, reason]) => [`model.technique.${name}`, { from: "derived" as const, why: reason }] as const,
  );
  const origins = { ...model.origins, ...Object.fromEntries(changed) };
  return { ...model, plan: { ...model.plan, technique }, origins };
}

function plannedOf(
  program: Program,
  options: TrainingRequest,
  defined: ResolvedDataAndModel,
): PlannedTraining | undefined {
  const known = resolveTraining(program, options, defined);
  if (!known) return undefined;
  const among = [...new Set([known.facts, ...known.others.map((one) => one.facts)].flatMap(({ labels }) => labels))];
  const sound = checkData(program, options.data, known.data.plan, known.facts, options.dataAt, among);
  if (options.federated && !requireAgreedSettingsWritten(program, options, known)) return undefined;
  if (!checkRecipe(program, options, known)) return undefined;
  if (!checkNamedLabels(program, options, known)) return undefined;
  if (options.read !== true) {
    checkTexts(program, options, known);
    checkTokenizerEncoding(program, {
      model: options.model,
      plan: known.model.plan,
      facts: known.facts,
      here: options.modelAt,
    });
  }
  const machine = program.ask({ about: "machine" });
  if (!sound || machine === undefined || isFailedFact(machine)) return undefined;
  const calibrate = resolveCalibrationCalls(program, options.calibrate, {
    task: known.model.plan.task,
    data: options.data.name,
    facts: known.facts,
    validation: known.validation,
    divided: splitOrigin(program, known.data.plan, known.facts),
    here: options.here,
  });
  const fitting = calibrate && planIfItFitsMachine(program, options, known, machine);
  // A batch that does not fit, or for which no noise works, is reported separately.
  if (fitting && options.read !== true && !options.federated) {
    checkUpdates(program, options, known, fitting.plan.estimates);
    checkWarmUp(program, {
      technique: known.model.plan.technique,
      training: known.recipe.plan,
      settings: options.settings,
      steps: fitting.plan.estimates.steps,
      here: options.here,
    });
  }
  return fitting && { ...fitting, calibrate };
}

/** Checks the recipe against task and technique: what it monitors, and how it makes batches. */
function checkRecipe(program: Program, options: TrainingRequest, known: ResolvedTraining): boolean {
  const { data, model, recipe } = known;
  const common = { model: model.plan, data: data.plan, here: options.here };
  const batching = { ...common, training: recipe.plan, settings: options.settings };
  return (
    checkWatchedMetrics(program, recipe.plan, options.settings, common) &&
    checkBatching(program, batching) &&
    checkWorkerRanks(program, batching, options.runner) &&
    checkPrivacyGuarantee(program, options, known, batching)
  );
}

/**
 * Warns if a batch holds all rows. Does not apply to packed rows and windows, which differ from the rows of the data.
 */
function checkUpdates(
  program: Program,
  options: TrainingRequest,
  { data, model, facts, recipe }: ResolvedTraining,
  { kept: replayed }: Estimates,
): void {
  const { batch_size, accumulate, epochs, packing, privacy } = recipe.plan;
  // Replayed rows that are mixed with the new ones also fill batches.
  const rows = (trainingSplit(facts)?.rows ?? 0) + (replayed && !replayed.beside ? replayed.rows : 0);
  const isRead =
    !predictsNext(program.registry, model.plan.task) && !packing && !privacy && facts.sampled === undefined;
  if (!isRead || epochs === null || rows < FEW_ROWS || batch_size * accumulate < rows) return;
  const place = options.settings.get("batch_size")?.span ?? options.settings.get("accumulate")?.span;
  if (!place) return;
  const details = {
    data: data.plan.name,
    batch: batch_size * accumulate,
    rows,
    updates: Math.max(1, Math.round(epochs)),
  };
  program.reportNear("batch-beyond-rows", details, place, options.here);
}
/** With fewer training rows than this, a single batch of all rows is common. */
const FEW_ROWS = 100;

/** Checks that the labels named in the task's call are labels of the data. */
function checkNamedLabels(
  program: Program,
  options: TrainingRequest,
  { data, model, facts }: ResolvedTraining,
): boolean {
  const { task } = model.plan;
  const named = facts.sampled
    ? []
    : (program.registry.find("task", task.word)?.capabilities?.namedLabels?.(task) ?? []);
  for (const label of named) {
    if (facts.labels.includes(label)) continue;
    const near = nearestWord(label, facts.labels);
    const details = { label, data: data.plan.name, has: facts.labels, ...(near !== undefined && { nearest: near }) };
    const places = options.model.given.get("task")?.places;
    const place = [...(places ?? [])].find(([path]) => path.endsWith(`.${label}`))?.[1];
    program.reportNear("no-such-label", details, place ?? options.model.given.get("task")?.span, options.here);
    return false;
  }
  return true;
}

/** Warns of truncated texts. Windows over joined texts truncate none. */
function checkTexts(
  program: Program,
  options: TrainingRequest,
  { data, model, base, facts, recipe }: ResolvedTraining,
): void {
  const { task } = model.plan;
  if (predictsNext(program.registry, task) && !readsConversations(program.registry, task)) return;
  const positions = base.positions - (virtualTokensPerText(program, model.plan) ?? 0);
  const common = {
    model: options.model,
    plan: model.plan,
    positions,
    split: trainingSplit(facts),
    here: options.modelAt,
  };
  checkTruncation(program, { ...common, about: facts.sampled !== undefined || facts.counted !== undefined });
  if (!recipe.plan.packing) checkEndTokens(program, { ...common, data: data.plan.name });
}
