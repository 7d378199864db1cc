/** What is known of a training's data and model: definitions with their defaults, the data counted, the recipe that follows. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { withCanaries } from "../checks/canaries.js";
import { checkModel, checkRoles, checkTables, dataFacts, splitNames } from "../checks/world.js";
import { isCall, resolveData, resolveModel, type resolveRecipe } from "../plan/definitions.js";
import type { BaseFacts, DataFacts } from "../../language/types/facts.js";
import { checkTrainable } from "../plan/bases/loaded-base.js";
import { checkVocabulary, isScratch } from "../plan/bases/scratch.js";
import { trainedBase } from "../plan/bases/trained-base.js";
import {
  checkSteps,
  inMemory,
  othersOf,
  settledRecipe,
  validates,
  type ClientData,
  type Federating,
} from "./clients.js";
import { dividedBy, splitsByData } from "./rank-division.js";
import { settledPrivately } from "../plan/private.js";
import { keepsBest } from "../plan/watched-metric.js";
import type { RecipePlan } from "../plan/recipe.js";
import { foldsOf } from "../plan/folds.js";
import { tuneText } from "../plan/text.js";
import type { Resolved, ResolvedModel } from "../plan/resolved.js";
import { readerOf, type DataPlan, type ModelPlan } from "../../language/types/subject.js";
import type { Value } from "../../language/types/value.js";
import type { Training } from "./training-request.js";

export interface Definitions {
  readonly data: Resolved<DataPlan>;
  readonly model: ResolvedModel;
  /** Whether the tables have the columns that the data name. */
  readonly headers: boolean;
}

/** Data and model with their defaults, each looked at beside the other; undefined: nothing more can be said. */
export function definitionsOf(program: Program, o: Training): Definitions | undefined {
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
export interface Known extends Definitions {
  readonly base: BaseFacts;
  readonly facts: DataFacts;
  readonly validation: boolean;
  readonly recipe: ReturnType<typeof resolveRecipe>;
  /** Data of further clients. */
  readonly others: readonly ClientData[];
}

/** The data counted, and the recipe with the defaults that follow from them; undefined: something is wrong or not known. */
export function knownOf(program: Program, o: Training, defined: Definitions): Known | undefined {
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
