/** Resolves a training's data and model: definitions with defaults, counted data, and the resulting recipe. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { dataFactsWithCanaries } from "../checks/canaries.js";
import { checkModelAgainstBase, checkRoles, requestDataFacts, splitNames, checkTables } from "../checks/world.js";
import { isCall, resolveData, resolveModel, type resolveRecipe } from "../plan/definitions.js";
import type { BaseFacts, DataFacts } from "../../language/types/facts.js";
import { checkTrainable } from "../plan/bases/loaded-base.js";
import { checkVocabulary, isFromScratch } from "../plan/bases/scratch.js";
import { checkTrainedBase } from "../plan/bases/trained-base.js";
import {
  checkTrainsBySteps,
  checkClientDataInMemory,
  resolveOtherClients,
  resolveTrainingRecipe,
  hasValidationRows,
  type ClientData,
  type FederationDraft,
} from "./clients.js";
import { splitOrigin, isSplitNamedByData } from "./split-origin.js";
import { withPrivacySettings } from "../plan/private.js";
import { keepsBestWeights } from "../plan/watched-metric.js";
import type { RecipePlan } from "../plan/plan.js";
import { foldCountOf } from "../plan/folds.js";
import { tuneText } from "../plan/text.js";
import type { ResolvedPlan, ResolvedModel } from "../plan/resolved.js";
import { dataReadingSettingsOf, type DataPlan, type ModelPlan, type Value } from "../../language/types/value.js";
import type { TrainingRequest } from "./training-request.js";

export interface ResolvedDataAndModel {
  readonly data: ResolvedPlan<DataPlan>;
  readonly model: ResolvedModel;
  /** Whether the tables have the columns that the data name. */
  readonly headers: boolean;
}

/**
 * Resolves data and model with their defaults and checks them against each other. Undefined if nothing more can be
 * checked.
 */
export function resolveDataAndModel(program: Program, options: TrainingRequest): ResolvedDataAndModel | undefined {
  if (!options.update && !checkTrainable(program, options.model, options.modelAt)) return undefined;
  const data = resolveData(program, options.data, options.dataAt);
  if (data && !checkNotInFolds(program, data.plan, options.dataAt)) return undefined;
  const fresh = isFromScratch(options.model);
  const checkedHeaders =
    fresh && data && !options.broken ? checkTables(program, options.data, data.plan, options.dataAt) : undefined;
  // The tokenizer of a model from scratch is trained on the data, so they must be readable. Errors are reported at the
  // data.
  const readable =
    checkedHeaders && data && requestDataFacts(program, options.data, data.plan, null, options.dataAt) !== undefined;
  if (checkTrainedBase(program, options.model, options.modelAt) === "missing") return undefined;
  const reads = fresh && options.reads ? resolveData(program, options.reads, options.modelAt) : data;
  const model = resolveModel(program, options.model, options.modelAt, readable && reads ? reads.plan : null);
  if (!model || !data || options.broken) return undefined;
  if (!checkRoles(program, data.plan, model.plan.task, options.dataAt)) return undefined;
  const headers = checkedHeaders ?? checkTables(program, options.data, data.plan, options.dataAt);
  if (fresh && !readable) return undefined;
  if (!options.update && !checkVocabulary(program, options.model, model.base, data.plan.name, options.modelAt))
    return undefined;
  return { data, model, headers };
}

/** Checks that the data have one split; data in folds have as many as there are folds. */
export function checkNotInFolds(program: Program, { name, split }: DataPlan, here: Span): boolean {
  const k = foldCountOf(program.registry, split);
  if (k === null || !split) return true;
  program.report("fold-data", { data: name, split: tuneText(split), k }, here);
  return false;
}

/** Everything a training is made from, with its facts. */
export interface ResolvedTraining extends ResolvedDataAndModel {
  readonly base: BaseFacts;
  readonly facts: DataFacts;
  readonly validation: boolean;
  readonly recipe: ReturnType<typeof resolveRecipe>;
  readonly others: readonly ClientData[];
}

/**
 * Resolves the counted data and the recipe with defaults derived from them. Undefined if there is an error or a fact is
 * missing.
 */
export function resolveTraining(
  program: Program,
  options: TrainingRequest,
  defined: ResolvedDataAndModel,
): ResolvedTraining | undefined {
  const { data, model, headers } = defined;
  const sound = checkModelAgainstBase(program, options.model, model, options.modelAt);
  const facts = headers
    ? requestDataFacts(program, options.data, data.plan, dataReadingSettingsOf(model.plan), options.dataAt)
    : undefined;
  const splits = splitNames(program, data.plan, facts);
  const has = facts && !facts.sampled ? Object.keys(facts.splits) : (splits ?? []);
  if (has.length > 0 && !has.some((name) => name === "train" || name === "all"))
    return withoutTraining(program, options, data.plan, has);
  const others = options.federated ? clientsOf(program, options, options.federated, defined) : [];
  if (!others) return undefined;
  const validation = hasValidationRows(options.federated, facts && [facts, ...others.map((one) => one.facts)], splits);
  const resolved = resolveTrainingRecipe(program, options, {
    model: settingOf(model.plan),
    validation,
    data: facts && !facts.sampled ? { labels: facts.labels } : {},
    base: model.base,
  });
  const recipe = resolved.privacy ? withPrivacySettings(resolved, options.settings) : resolved;
  if (!validation && (splits || (facts && !facts.sampled)))
    checkValidation(program, options, { data: data.plan, facts }, recipe.plan);
  if (!sound || !facts || !model.base) return undefined;
  return { ...defined, base: model.base, facts: dataFactsWithCanaries(facts, recipe.plan), validation, recipe, others };
}

/** Resolves the data of all federated clients except the first. */
function clientsOf(
  program: Program,
  options: TrainingRequest,
  federated: FederationDraft,
  { data, model }: ResolvedDataAndModel,
): readonly ClientData[] | undefined {
  const sound =
    checkClientDataInMemory(program, data.plan, options.dataAt) &&
    checkTrainsBySteps(program, model.plan, options.modelAt);
  return sound ? resolveOtherClients(program, federated, model.plan, options.data) : undefined;
}

/** Reports data whose splits are all for evaluation. */
function withoutTraining(
  program: Program,
  options: TrainingRequest,
  data: DataPlan,
  has: readonly string[],
): undefined {
  const splitSetting = options.data.given.get("split") ?? options.data.given.get("source");
  const random = data.split !== null && !isSplitNamedByData(program, data);
  program.reportNear("no-train-split", { data: data.name, has, random }, splitSetting?.span, options.dataAt);
  return undefined;
}
/** Values of the model that recipe defaults may depend on. */
function settingOf({ task, technique, base, scratch, trained }: ModelPlan): Readonly<Record<string, Value>> {
  const made = trained?.made && { made: trained.made };
  return { task, technique, base, ...(scratch && { scratch: true }), ...made };
}

/** Reports settings that need validation rows when the data have none. */
function checkValidation(
  program: Program,
  options: TrainingRequest,
  { data, facts }: { readonly data: DataPlan; readonly facts: DataFacts | undefined },
  recipe: RecipePlan,
): void {
  if (options.repeats) {
    const details = { what: "repeats", data: options.data.name, ...splitOrigin(program, data, facts) };
    program.report("needs-validation", details, options.repeats.span);
  }
  const needing = {
    keep: keepsBestWeights(recipe),
    early_stopping: isCall(recipe.early_stopping ?? undefined),
    validate: recipe.validate !== null,
  };
  for (const [key, needed] of Object.entries(needing)) {
    const setting = options.settings.get(key);
    if (!needed || !setting) continue;
    const details = { what: key, data: options.data.name, ...splitOrigin(program, data, facts) };
    program.reportNear("needs-validation", details, setting.span, options.here);
  }
}
