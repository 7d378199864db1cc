/** The plan of one training: data, model and recipe resolved, checked against each other and the machine, hashed. */
import { warmUpOf } from "../plan/warm-up.js";
import type { Estimates } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { lookedFor } from "../../language/types/allow.js";
import { checkBatching, positionsTaken } from "../checks/batching.js";
import { checkRanks } from "../checks/ranks.js";
import { checkReading, checkStops, checkTruncation } from "../checks/training-warnings.js";
import { checkData } from "../checks/world.js";
import { trainingSplit } from "../plan/estimates.js";
import { failed } from "../../language/types/facts.js";
import { predictsNext, readsConversations } from "../plan/batches.js";
import { calibrationsOf } from "../checks/calibration.js";
import { checkWatched } from "../plan/metrics.js";
import { dividedBy } from "./rank-division.js";
import { demandWritten } from "./runner-limits.js";
import { keepsPromise } from "./promises.js";
import { nearest } from "../../language/diagnostics/nearest.js";
import type { ResolvedModel } from "../plan/resolved.js";
import type { Training, Planned, Onward } from "./training-request.js";
import { definitionsOf, type Definitions, knownOf, type Known } from "./training-definitions.js";
import { fittingPlan } from "./fitting.js";

/** @returns undefined when something is wrong (reported) or not known yet (a need was named) */
export function planTraining(program: Program, o: Training): Planned | undefined {
  const before = program.allowing;
  const current = o.recipe ? (program.names.get(o.recipe.name)?.draft ?? o.recipe) : undefined;
  program.allowing = [...before, ...o.model.allowances, ...o.data.allowances, ...(current?.allowances ?? [])];
  program.allowed.length = 0;
  const planned = plannedWith(program, o);
  if (planned) lookedFor(program.allowing, "data", "model", "train");
  program.allowing = before;
  return planned;
}

function plannedWith(program: Program, o: Training): Planned | undefined {
  program.require([...o.model.needs, ...o.data.needs]);
  const defined = definitionsOf(program, o);
  if (!defined) return undefined;
  if (!o.onward || !o.update) return plannedOf(program, o, defined);
  const onward = o.onward(defined.model.plan.technique, defined.model.base);
  if (!onward) return undefined;
  const whole = { ...o, update: { ...o.update, strategy: onward.strategy } };
  return plannedOf(program, whole, { ...defined, model: goingOn(defined.model, onward) });
}

/** The model with what strategies made of its technique. */
function goingOn(model: ResolvedModel, { technique, why }: Onward): ResolvedModel {
  const changed = Object.entries(why).map(
    ([name, of]) => [`model.technique.${name}`, { from: "derived" as const, why: of }] as const,
  );
  const origins = { ...model.origins, ...Object.fromEntries(changed) };
  return { ...model, plan: { ...model.plan, technique }, origins };
}

function plannedOf(program: Program, o: Training, defined: Definitions): Planned | undefined {
  const known = knownOf(program, o, defined);
  if (!known) return undefined;
  const among = [...new Set([known.facts, ...known.others.map((one) => one.facts)].flatMap(({ labels }) => labels))];
  const sound = checkData(program, o.data, known.data.plan, known.facts, o.dataAt, among);
  if (o.federated && !demandWritten(program, o, known)) return undefined;
  if (!checkRecipe(program, o, known)) return undefined;
  if (!checkNamedLabels(program, o, known)) return undefined;
  if (o.read !== true) {
    checkTexts(program, o, known);
    checkReading(program, { model: o.model, plan: known.model.plan, facts: known.facts, here: o.modelAt });
  }
  const machine = program.ask({ about: "machine" });
  if (!sound || machine === undefined || failed(machine)) return undefined;
  const calibrate = calibrationsOf(program, o.calibrate, {
    task: known.model.plan.task,
    data: o.data.name,
    facts: known.facts,
    validation: known.validation,
    divided: dividedBy(program, known.data.plan, known.facts),
    here: o.here,
  });
  const fitting = calibrate && fittingPlan(program, o, known, machine);
  // A batch that doesn't fit, or that no noise suits, has a report of its own.
  if (fitting && o.read !== true && !o.federated) {
    checkUpdates(program, o, known, fitting.plan.estimates);
    checkWarmUp(program, o, known, fitting.plan.estimates);
  }
  return fitting && { ...fitting, calibrate };
}

/** The recipe against task and technique: what it watches, and how its batches are made. */
function checkRecipe(program: Program, o: Training, known: Known): boolean {
  const { data, model, recipe } = known;
  const of = { model: model.plan, data: data.plan, here: o.here };
  const batching = { ...of, training: recipe.plan, settings: o.settings };
  return (
    checkWatched(program, recipe.plan, o.settings, of) &&
    checkBatching(program, batching) &&
    checkRanks(program, batching, o.runner) &&
    keepsPromise(program, o, known, batching)
  );
}

/** Warns of a batch that holds all rows. Packed rows and windows are other than the rows of the data. */
function checkUpdates(program: Program, o: Training, { data, model, facts, recipe }: Known, { kept }: Estimates): void {
  const { batch_size, accumulate, epochs, packing, privacy } = recipe.plan;
  // Rows of earlier data that an update learns among the new ones fill batches too.
  const rows = (trainingSplit(facts)?.rows ?? 0) + (kept && !kept.beside ? kept.rows : 0);
  const isRead =
    !predictsNext(program.registry, model.plan.task) && !packing && !privacy && facts.sampled === undefined;
  if (!isRead || epochs === null || rows < FEW_ROWS || batch_size * accumulate < rows) return;
  const place = o.settings.get("batch_size")?.span ?? o.settings.get("accumulate")?.span;
  if (!place) return;
  const told = { data: data.plan.name, batch: batch_size * accumulate, rows, updates: Math.max(1, Math.round(epochs)) };
  program.reportNear("batch-beyond-rows", told, place, o.here);
}
/** Fewer training rows often fill a single batch. */
const FEW_ROWS = 100;

/** Warns of a warm-up that no step comes after: the learning rate that is written is never reached. */
function checkWarmUp(program: Program, o: Training, { model, recipe }: Known, { steps }: Estimates): void {
  const { technique } = model.plan;
  // What is found exactly takes no steps.
  if (program.registry.find("technique", technique.word)?.capabilities?.exact?.(technique)) return;
  const warmUp = warmUpOf(program.registry, recipe.plan.schedule, steps);
  if (steps === 0 || warmUp < steps) return;
  const place = ["schedule", "steps", "epochs"].map((key) => o.settings.get(key)?.span).find((span) => span);
  program.reportNear("warm-up-takes-all", { steps, warmUp, reached: (steps - 1) / warmUp }, place ?? o.here, o.here);
}

/** Labels that the task's call names are labels of the data. */
function checkNamedLabels(program: Program, o: Training, { data, model, facts }: Known): boolean {
  const { task } = model.plan;
  const named = facts.sampled ? [] : (program.registry.find("task", task.word)?.capabilities?.names?.(task) ?? []);
  for (const label of named) {
    if (facts.labels.includes(label)) continue;
    const near = nearest(label, facts.labels);
    const told = { label, data: data.plan.name, has: facts.labels, ...(near !== undefined && { nearest: near }) };
    const places = o.model.given.get("task")?.places;
    const place = [...(places ?? [])].find(([path]) => path.endsWith(`.${label}`))?.[1];
    program.reportNear("no-such-label", told, place ?? o.model.given.get("task")?.span, o.here);
    return false;
  }
  return true;
}

/** Warns of texts that are cut. Windows over joined texts cut none. */
function checkTexts(program: Program, o: Training, { data, model, base, facts, recipe }: Known): void {
  const { task } = model.plan;
  if (predictsNext(program.registry, task) && !readsConversations(program.registry, task)) return;
  const positions = base.positions - (positionsTaken(program, model.plan) ?? 0);
  const of = { model: o.model, plan: model.plan, positions, split: trainingSplit(facts), here: o.modelAt };
  checkTruncation(program, { ...of, about: facts.sampled !== undefined || facts.counted !== undefined });
  if (!recipe.plan.packing) checkStops(program, { ...of, data: data.plan.name });
}
