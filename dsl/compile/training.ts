/** The plan of one training: data, model and recipe resolved, checked against each other and the machine, hashed. */
import type { Draft, Program, Run } from "../plan/program.js";
import type { Given } from "../types/given.js";
import type { Span } from "../diagnostics/span.js";
import { lookedFor } from "../types/allow.js";
import { checkBatching, isBatchwise, positionsTaken } from "../rules/batching.js";
import { withCanaries } from "../rules/canaries.js";
import { checkMachine } from "../rules/fits.js";
import { checkRanks } from "../rules/ranks.js";
import { estimateOfRanks, ranksOf } from "../plan/ranks.js";
import { checkOverFitting, checkReading, checkStops, checkTruncation } from "../rules/training-warnings.js";
import { checkData, checkModel, checkRoles, checkTables, dataFacts, splitNames } from "../rules/world.js";
import { isCall, resolveData, resolveModel, type resolveRecipe } from "../plan/definitions.js";
import { estimate, stillOf, trainedBy, trainingSplit, type Beside } from "../plan/estimates.js";
import { failed, type BaseFacts, type DataFacts, type MachineFacts } from "../types/facts.js";
import { checkTrainable } from "../plan/loaded.js";
import { checkVocabulary, isScratch } from "../plan/scratch.js";
import { trainedBase } from "../plan/trained-base.js";
import { predictsNext, readsConversations } from "../plan/batches.js";
import type { Over } from "../rules/fitting.js";
import { calibrationsOf } from "../rules/calibration.js";
import { drawnBeside } from "./drawn.js";
import { checkWatched } from "../plan/metrics.js";
import { planHash, recipeHash } from "../plan/hash.js";
import {
  checkSteps,
  inMemory,
  othersOf,
  settledRecipe,
  validates,
  type ClientData,
  type Federating,
} from "./clients.js";
import type { CompressPlan } from "../plan/compressing.js";
import { dividedBy, splitsByData } from "./divided.js";
import { demandWritten } from "./carried.js";
import { takenApart } from "./personal.js";
import { saidOf } from "./said-of-data.js";
import { keepsPromise, privacyOf } from "./promises.js";
import { settledPrivately } from "../plan/private.js";
import { withOwnDropout } from "../plan/own-dropout.js";
import { keepsBest } from "../plan/watched.js";
import type { Effects, Estimates, Plan, PrivacyPlan, Recipe, RecipePlan, UpdatePlan } from "../plan/plan.js";
import { foldsOf } from "../plan/folds.js";
import { tuneText } from "../plan/text.js";
import { nearest } from "../diagnostics/nearest.js";
import type { Resolved, ResolvedModel } from "../plan/resolved.js";
import { readerOf, type DataPlan, type ModelPlan } from "../types/subject.js";
import type { Call, Value } from "../types/value.js";

export interface Planned {
  readonly plan: Plan;
  /** What is fitted to the rows of validation once it is trained. */
  readonly calibrate: readonly Call[];
  readonly resume: boolean;
}

/** Settings of a run: the recipe after `with` as it is now, and the statement's own keys over it. */
export function settingsOf(program: Program, run: Pick<Run, "recipe" | "own">): ReadonlyMap<string, Given> {
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const settings = new Map([...(recipe?.given ?? []), ...run.own]);
  if (run.own.has("steps") && !run.own.has("epochs")) settings.delete("epochs");
  if (run.own.has("epochs") && !run.own.has("steps")) settings.delete("steps");
  return settings;
}

/** Both at once in one block is the mistake; a later `steps` over a recipe's `epochs` is a change. */
export function checkDuration(
  program: Program,
  given: ReadonlyMap<string, Given>,
  keys: readonly string[],
  here: Span,
): void {
  if (keys.includes("epochs") && keys.includes("steps"))
    program.reportNear("epochs-and-steps", {}, given.get("steps")?.span, here);
}

/** A training as its statement names it. */
export interface Training {
  readonly model: Draft;
  readonly data: Draft;
  readonly settings: ReadonlyMap<string, Given>;
  /** Experiments that it is under, sorted. */
  readonly experiments?: readonly string[];
  readonly run: string;
  readonly modelAt: Span;
  readonly dataAt: Span;
  /** What in the present source led to this (for what is wrong in earlier sources). */
  readonly here: Span;
  readonly broken?: boolean;
  /** The statement, where its block takes keys of a recipe: a mend may add some. */
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
  /** How many seeds it is trained with; absent: one. */
  readonly repeats?: { readonly count: number; readonly at: Span } | undefined;
  /** It runs in a process of its own. */
  readonly detach?: boolean;
  /** The recipe after `with`: what it allows counts too. */
  readonly recipe?: Draft | null;
  /** What runs it, where that is not one process. */
  readonly runner?: Given | undefined;
  /** It goes on from trained weights; absent: it begins from its base. */
  readonly update?: UpdatePlan | undefined;
  /** Of an update: what strategies make of the technique. Undefined: what is wrong was said. */
  readonly onward?: ((technique: Call, base: BaseFacts | undefined) => Onward | undefined) | undefined;
  /** What the tokenizer of a model from scratch was trained on, where it goes on from trained weights; absent: `data`. */
  readonly reads?: Draft;
  /** Its rows are with several clients, and it learns from them in rounds; absent: they are at hand. */
  readonly federated?: Federating | undefined;
  /** How its texts are read was looked at where what it is made of learnt from them. */
  readonly read?: boolean;
  /** It is made of a larger model; absent: it isn't. */
  readonly compress?: CompressPlan | undefined;
  /** The model that it is made of; absent: nothing is known of it. */
  readonly larger?: BaseFacts | undefined;
  /** It takes no step. */
  readonly still?: boolean;
  /** The model that it learns from, where that runs in the same program; absent, and null: none does. */
  readonly beside?: (own: BaseFacts) => Beside | null;
  /** What is to be fitted once it is trained; it changes no weight, and so stands in no recipe. */
  readonly calibrate?: Given | undefined;
}

/** A technique that has room for the next data, and the strategies of these, made whole. */
export interface Onward {
  readonly technique: Call;
  readonly strategy: readonly Call[];
  /** Of the technique's arguments that differ. */
  readonly why: Readonly<Record<string, string>>;
}

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
    ...{ task: known.model.plan.task, data: o.data.name, facts: known.facts, validation: known.validation },
    ...{ divided: dividedBy(program, known.data.plan, known.facts), here: o.here },
  });
  const fitting = calibrate && fittingPlan(program, o, known, machine);
  return fitting && { ...fitting, calibrate };
}

interface Definitions {
  readonly data: Resolved<DataPlan>;
  readonly model: ResolvedModel;
  /** Whether the tables have the columns that the data name. */
  readonly headers: boolean;
}

/** Data and model with their defaults, each looked at beside the other; undefined: nothing more can be said. */
function definitionsOf(program: Program, o: Training): Definitions | undefined {
  if (!o.update && !checkTrainable(program, o.model, o.modelAt)) return undefined;
  const data = resolveData(program, o.data, o.dataAt);
  if (data && !undivided(program, data.plan, o.dataAt)) return undefined;
  const fresh = isScratch(o.model);
  const checkedHeaders = fresh && data && !o.broken ? checkTables(program, o.data, data.plan, o.dataAt) : undefined;
  // The tokenizer of a model from scratch is trained on data that can be read: what is wrong with them is said of them.
  const readable = checkedHeaders && data && dataFacts(program, o.data, data.plan, null, o.dataAt) !== undefined;
  if (trainedBase(program, o.model, o.modelAt) === "missing") return undefined;
  const reads = fresh && o.reads ? resolveData(program, o.reads, o.modelAt) : data;
  const model = resolveModel(program, o.model, o.modelAt, readable && reads ? reads.plan : null);
  if (!model || !data || o.broken) return undefined;
  if (!checkRoles(program, data.plan, model.plan.task, o.dataAt)) return undefined;
  const headers = checkedHeaders ?? checkTables(program, o.data, data.plan, o.dataAt);
  if (fresh && !readable) return undefined;
  if (!o.update && !checkVocabulary(program, o.model, model.base, data.plan.name, o.modelAt)) return undefined;
  return { data, model, headers };
}

/** Whether the data have one split; those in folds have as many as there are folds. */
export function undivided(program: Program, { name, split }: DataPlan, here: Span): boolean {
  const k = foldsOf(program.registry, split);
  if (k === null || !split) return true;
  program.report("fold-data", { data: name, split: tuneText(split), k }, here);
  return false;
}

/** All that a training is made of, and the facts of it. */
interface Known extends Definitions {
  readonly base: BaseFacts;
  readonly facts: DataFacts;
  readonly validation: boolean;
  readonly recipe: ReturnType<typeof resolveRecipe>;
  /** Data of further clients. */
  readonly others: readonly ClientData[];
}

/** The data counted, and the recipe with the defaults that follow from them; undefined: something is wrong or not known. */
function knownOf(program: Program, o: Training, defined: Definitions): Known | undefined {
  const { data, model, headers } = defined;
  const sound = checkModel(program, o.model, model, o.modelAt);
  const facts = headers ? dataFacts(program, o.data, data.plan, readerOf(model.plan), o.dataAt) : undefined;
  const splits = splitNames(program, data.plan, facts);
  const has = facts && !facts.sampled ? Object.keys(facts.splits) : (splits ?? []);
  if (has.length > 0 && !has.some((name) => name === "train" || name === "all"))
    return withoutTraining(program, o, data.plan, has);
  const others = o.federated ? clientsOf(program, o, o.federated, defined) : [];
  if (!others) return undefined;
  const validation = validates(o.federated, facts && [facts, ...others.map((one) => one.facts)], splits);
  const resolved = settledRecipe(program, o, {
    model: settingOf(model.plan),
    validation,
    data: facts && !facts.sampled ? { labels: facts.labels } : {},
    base: model.base,
  });
  const recipe = resolved.privacy ? settledPrivately(resolved, o.settings) : resolved;
  if (!validation && (splits || (facts && !facts.sampled)))
    checkValidation(program, o, { data: data.plan, facts }, recipe.plan);
  if (!sound || !facts || !model.base) return undefined;
  return { ...defined, base: model.base, facts: withCanaries(facts, recipe.plan), validation, recipe, others };
}

/** Data of the clients of a federation but the first. */
function clientsOf(
  program: Program,
  o: Training,
  federated: Federating,
  { data, model }: Definitions,
): readonly ClientData[] | undefined {
  const sound = inMemory(program, data.plan, o.dataAt) && checkSteps(program, model.plan, o.modelAt);
  return sound ? othersOf(program, federated, model.plan, o.data) : undefined;
}

/** Data whose splits all score. */
function withoutTraining(program: Program, o: Training, data: DataPlan, has: readonly string[]): undefined {
  const at = o.data.given.get("split") ?? o.data.given.get("source");
  const random = data.split !== null && !splitsByData(program, data);
  program.reportNear("no-train-split", { data: data.name, has, random }, at?.span, o.dataAt);
  return undefined;
}
/** What defaults of the recipe may follow of the model. */
function settingOf({ task, technique, base, scratch, trained }: ModelPlan): Readonly<Record<string, Value>> {
  const made = trained?.made && { made: trained.made };
  return { task, technique, base, ...(scratch && { scratch: true }), ...made };
}

/** The data have no rows to validate on: settings that need some are wrong. */
function checkValidation(
  program: Program,
  o: Training,
  { data, facts }: { readonly data: DataPlan; readonly facts: DataFacts | undefined },
  recipe: RecipePlan,
): void {
  if (o.repeats) {
    const told = { what: "repeats", data: o.data.name, ...dividedBy(program, data, facts) };
    program.report("needs-validation", told, o.repeats.at);
  }
  const needing = {
    keep: keepsBest(recipe),
    early_stopping: isCall(recipe.early_stopping ?? undefined),
    validate: recipe.validate !== null,
  };
  for (const [key, needed] of Object.entries(needing)) {
    const setting = o.settings.get(key);
    if (!needed || !setting) continue;
    const told = { what: key, data: o.data.name, ...dividedBy(program, data, facts) };
    program.reportNear("needs-validation", told, setting.span, o.here);
  }
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

/** The plan, where the machine has room for it. */
function fittingPlan(
  program: Program,
  o: Training,
  known: Known,
  machine: MachineFacts,
): Omit<Planned, "calibrate"> | undefined {
  const { data, model, base, facts, validation, recipe } = known;
  const ranks = ranksOf(program, o.runner);
  const beside = o.beside?.(base) ?? null;
  const more = o.compress ? drawnBeside(program, o.compress, { model: model.plan, own: facts, here: o.here }) : null;
  if (more === undefined) return undefined;
  const drawn = more && { ...more, asked: beside ? undefined : o.larger };
  const estimated = ({ training, model: other }: Over): Estimates =>
    estimateOfRanks(ranks, machine.cores, { ...recipe.plan, ...training }, (of) => {
      const own = { ...model.plan, ...other };
      const made = estimate(program, { model: own, base, data: facts, training: of, machine, beside, drawn });
      return o.still ? stillOf(made) : made;
    });
  const recompute = recomputeOf(recipe.plan, machine, estimated);
  const estimates = estimated({ training: { recompute }, model: {} });
  const fitting = {
    ...{ model: o.model, plan: model.plan, training: recipe.plan, recompute, settings: o.settings },
    ...{ here: o.here, machine, statement: o.statement },
    frozen: trainedBy(program, model.plan, base).frozen,
    parts: !isBatchwise(program, model.plan, data.plan),
    lengths: trainingSplit(facts)?.lengths,
    estimated: ({ training, model: other }: Over) => estimated({ training: { recompute, ...training }, model: other }),
  };
  if (!checkMachine(program, fitting, estimates)) return undefined;
  // Noise hides what single rows would teach by heart, and of rows elsewhere nothing is known.
  if (!recipe.privacy && o.federated?.settings.joined === undefined)
    checkOverFitting(program, { training: recipe.plan, estimates, validation, settings: o.settings, here: o.here });
  const privacy = privacyOf(program, o, known, estimates);
  if (recipe.privacy && !privacy) return undefined;
  const taken = o.federated
    ? takenApart(program, o.federated, known, {
        estimates,
        here: o.here,
        firstAt: o.dataAt,
        carried: isCall(o.runner?.value),
      })
    : estimates;
  if (!taken) return undefined;
  return { resume: recipe.resume, plan: wholePlan(program, o, known, { recompute, estimates: taken, privacy }) };
}

/** What `recompute` comes to: nothing is computed twice where there is memory to keep it. */
function recomputeOf(
  { recompute }: RecipePlan,
  machine: MachineFacts,
  estimated: (over: Over) => Estimates,
): "none" | "blocks" {
  if (recompute !== "auto") return recompute;
  const kept = estimated({ training: { recompute: "none" }, model: {} });
  return kept.memoryBytes <= machine.memoryBytes ? "none" : "blocks";
}

function wholePlan(
  program: Program,
  o: Training,
  { data, model, facts, recipe, base, others }: Known,
  {
    recompute,
    estimates,
    privacy,
  }: Pick<Effects, "recompute"> & { readonly estimates: Estimates; readonly privacy: PrivacyPlan | undefined },
): Plan {
  const under = o.experiments && o.experiments.length > 0 ? { experiments: o.experiments } : {};
  const ranks = recipe.plan.average && { ranks: ranksOf(program, o.runner).count };
  const training = { ...recipe.plan, ...ranks, ...(privacy && { privacy }) };
  const { loaded, ...own } = model.plan;
  void loaded; // whose weights it begins with stands in the update
  const subject = o.update ? own : model.plan;
  const update = o.update && { update: o.update };
  const further = others.map((one) => ({ data: one.plan, dataHash: one.facts.hash }));
  const federated = o.federated && { federated: { ...o.federated.settings, others: further } };
  const made = { data: data.plan, dataHash: facts.hash, model: subject, training };
  const compress = o.compress && { compress: o.compress };
  const whole: Recipe = { ...made, ...under, ...update, ...federated, ...compress };
  const allowed = program.allowed.map(({ code, reason, of }) => ({ code, reason, of }));
  const effects: Effects = {
    run: o.run,
    ...(o.repeats && { repeats: o.repeats.count }),
    ...(o.detach === true && { detach: true as const }),
    ...(isCall(o.runner?.value) && { runner: o.runner.value }),
    engine: program.engine.engine,
    threads: program.engine.threads,
    recompute,
    ...(allowed.length > 0 && { allowed }),
  };
  return {
    version: 1,
    recipe: whole,
    effects,
    estimates,
    ...(base.origin && { base: base.origin }),
    ...saidOf([{ plan: data.plan, facts }, ...others]),
    origins: withOwnDropout({ ...data.origins, ...model.origins, ...recipe.origins }, training, base.config),
    recipeHash: recipeHash(whole),
    planHash: planHash(whole, effects),
  };
}
