/** Resolves drafts to plans of data, model and recipe: fills in defaults and checks words. */
import { numberOrShare } from "../../language/types/numeric.js";
import type { DefinitionDraft, Program, NamedTraining } from "./program.js";
import {
  type GivenValue,
  dataReadingSettingsOf,
  type DataPlan,
  type ModelPlan,
  type Call,
  type Value,
} from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Parameter } from "../../language/types/registry.js";
import { fillDefaults, type ValueOrigin } from "./defaults.js";
import { isFailedFact, type BaseFacts, type Need } from "../../language/types/facts.js";
import { readsConversations } from "./batches.js";
import type { ResolvedPlan, ResolvedModel } from "./resolved.js";
import { isLoadedModelDraft, resolveLoadedModel, loadedRunOf } from "./bases/loaded-base.js";
import { checkScratch, isFromScratch, scratchPlanOf } from "./bases/scratch.js";
import { studentBaseOf, studentCallOf } from "./bases/compressed-base.js";
import { isCall } from "./value.js";
import type { RecipePlan } from "./plan.js";

export function verbParametersOf(program: Program, verb: string): readonly Parameter[] {
  return program.registry.find("verb", verb)?.parameters ?? [];
}
export function resolveData(
  program: Program,
  draft: DefinitionDraft,
  here: Span,
  model?: Readonly<Record<string, Value>>,
): ResolvedPlan<DataPlan> | undefined {
  if (draft.broken) return undefined;
  const { annotations } = draft;
  const written = recordOrEmpty(draft.given.get("columns")?.value);
  const columns = annotations?.adds ? { ...written, [annotations.role]: annotations.role } : written;
  const { values, origins } = fillDefaults(program, verbParametersOf(program, "data"), draft.given, "data.", {
    here,
    data: { columns: { record: columns } },
    ...(model ? { model } : {}),
  });
  const source = values["source"];
  if (source === undefined) return undefined;
  // Columns and sources per split are plain records in the plan: only their parts have origins.
  for (const [path, parts] of [
    ["data.columns", columns],
    ["data.source", recordOrEmpty(source)],
  ] as const) {
    const whole = origins[path];
    if (!whole || Object.keys(parts).length === 0) continue;
    delete origins[path];
    for (const part of Object.keys(parts)) origins[`${path}.${part}`] = whole;
  }
  // Only multi-label data use the separator.
  if (columns["labels"] === undefined) delete origins["data.separator"];
  if ((values["thin"] ?? null) === null) delete origins["data.thin"];
  const conversation = recordOrEmpty(values["columns"])["messages"];
  const odd = Object.entries(columns).find(([role, value]) => role !== "messages" && isCall(value))?.[0];
  if (odd !== undefined) {
    program.reportNear(
      "not-a-conversation",
      { role: odd },
      draft.given.get("columns")?.places.get(`columns.${odd}`),
      here,
    );
    return undefined;
  }
  const names = Object.fromEntries(
    Object.entries(columns).filter((e): e is [string, string] => typeof e[1] === "string"),
  );
  // The first column stands for the role; the call names the other columns.
  const [main] = isCall(conversation)
    ? Object.values(conversation.arguments).filter((value) => typeof value === "string")
    : [];
  if (main !== undefined) names["messages"] = main;
  return {
    origins,
    plan: {
      name: draft.name,
      source: isCall(source) ? source : (recordOrEmpty(source) as Record<string, Call>),
      folder: program.folderAt(draft.given.get("source")?.span),
      columns: names,
      ...(isCall(conversation) && { conversation }),
      clean: (values["clean"] as readonly Call[] | undefined) ?? [],
      split: isCall(values["split"]) ? values["split"] : null,
      labels: Array.isArray(values["labels"]) ? (values["labels"] as readonly string[]) : null,
      ...(names["labels"] !== undefined && typeof values["separator"] === "string"
        ? { separator: values["separator"] }
        : {}),
      sample: typeof values["sample"] === "number" ? values["sample"] : null,
      ...thinned(values["thin"]),
      // All training seeds share one split, so that their scores are on the same rows.
      seed: 0,
      ...(annotations && { annotations }),
    },
  };
}

function thinned(value: Value | undefined): Pick<DataPlan, "thin"> {
  if (typeof value === "number") return { thin: value };
  return value !== null && typeof value === "object" && "share" in value ? { thin: value } : {};
}

/**
 * Requests `base` facts (needed for the run); until they arrive, the plan has no hash. `data`: training data of a
 * from-scratch model's tokenizer, if known.
 */
export function resolveModel(
  program: Program,
  draft: DefinitionDraft,
  here: Span,
  data: DataPlan | null = null,
): ResolvedModel | undefined {
  if (draft.broken) return undefined;
  if (isLoadedModelDraft(draft)) return resolveLoadedModel(program, draft, here);
  const fresh = isFromScratch(draft);
  const named = draft.given.get("base")?.value;
  if (!fresh && named !== undefined && typeof named !== "string")
    return onTrained(program, draft, here, String(recordOrEmpty(named)["model"]));
  const scratch = fresh ? scratchPlanOf(program, draft, here, data) : undefined;
  const name = fresh ? scratch?.architecture.word : draft.given.get("base")?.value;
  if (typeof name !== "string" && !fresh) return undefined;
  const place = draft.given.get(fresh ? "architecture" : "base")?.span;
  const folder = program.folderAt(place);
  const makes =
    !fresh || (scratch && program.registry.find("model", scratch.architecture.word)?.capabilities?.fromScratch);
  const need: Need & { about: "base" } = { about: "base", name: String(name), folder, ...(scratch && { scratch }) };
  const fact = makes ? program.ask(need, true) : undefined;
  if (fact !== undefined && isFailedFact(fact)) {
    const failurePlace = program.placeOf(fact, draft) ?? place;
    program.reportFailed(fact, failurePlace?.source === program.source.id ? failurePlace : here);
    return undefined;
  }
  const { values, origins } = fillDefaults(program, verbParametersOf(program, "model"), draft.given, "model.", {
    here,
    draft: { folder, ...lengthsOf(draft, fact) },
    ...(fact && { base: fact }),
  });
  return modelOf(program, draft, here, {
    name: typeof name === "string" ? name : undefined,
    folder,
    fact,
    scratch,
    fresh,
    values,
    origins,
  });
}

/**
 * Values that a task's own defaults may depend on: the base's positions, the length it reads, and `max_length` and
 * `technique` if written.
 */
function lengthsOf(draft: DefinitionDraft, base: BaseFacts | undefined): Readonly<Record<string, Value>> {
  const length = draft.given.get("max_length")?.value;
  const technique = draft.given.get("technique")?.value;
  const reads = base?.reads !== undefined && { reads: base.reads };
  const written = { ...(length !== undefined && { length }), ...(technique !== undefined && { technique }) };
  return { ...(base && { positions: base.positions }), ...reads, ...written };
}

/** Resolves a model that starts from another model's weights; undefined while there are none. */
function onTrained(program: Program, draft: DefinitionDraft, here: Span, modelName: string): ResolvedModel | undefined {
  const run = program.runs.get(modelName) ?? loadedBase(program, modelName);
  const recipeHash = run?.here ? run.recipeHash : program.outside.trained[modelName];
  const place = draft.given.get("base")?.span;
  if (!run || recipeHash === undefined || program.lineage.includes(modelName)) {
    // A base of the base changed since, or leads back to this model.
    if (program.lineage.length > 0) program.reportNear("not-trained", { model: modelName }, place, here);
    return undefined;
  }
  program.lineage.push(modelName);
  const data = run.data && isFromScratch(run.model) ? resolveData(program, run.data, here)?.plan : null;
  const from = data === undefined ? undefined : resolveModel(program, run.model, here, data);
  program.lineage.pop();
  if (!from) return undefined;
  const { saves, canBeMerged: merges } =
    program.registry.find("technique", from.plan.technique.word)?.capabilities ?? {};
  if (saves !== "model" && merges !== true) {
    program.reportNear("base-trained-in-part", { base: modelName, technique: from.plan.technique.word }, place, here);
    return undefined;
  }
  const whole = from.base && { ...from.base, hash: `recipe ${recipeHash}`, reads: from.plan.max_length };
  const made = studentCallOf(draft);
  const fact = made && whole ? studentBaseOf(program, made, whole, here) : whole;
  if (whole && !fact) return undefined;
  const { values, origins } = fillDefaults(program, verbParametersOf(program, "model"), draft.given, "model.", {
    here,
    draft: lengthsOf(draft, fact),
    ...(fact && { base: fact }),
  });
  const trained = { recipeHash, from: dataReadingSettingsOf(from.plan), ...(made && { made }) };
  const folder = program.folderAt(place);
  return modelOf(program, draft, here, { name: modelName, folder, fact, trained, fresh: false, values, origins });
}

/** Returns a loaded model as the training that made it. */
function loadedBase(
  program: Program,
  modelName: string,
): (Pick<NamedTraining, "model" | "here" | "recipeHash"> & { readonly data?: DefinitionDraft }) | undefined {
  const model = program.names.get(modelName)?.draft;
  const run = model && loadedRunOf(program, model.given);
  return run && !isFailedFact(run) ? { model, here: true, recipeHash: run.recipeHash } : undefined;
}

function modelOf(
  program: Program,
  draft: DefinitionDraft,
  here: Span,
  options: {
    readonly name: string | undefined;
    readonly folder: string;
    readonly fact: BaseFacts | undefined;
    readonly scratch?: ModelPlan["scratch"] | undefined;
    readonly trained?: ModelPlan["trained"];
    readonly fresh: boolean;
    readonly values: Readonly<Record<string, Value>>;
    readonly origins: Record<string, ValueOrigin>;
  },
): ResolvedModel | undefined {
  const { name, folder, fact, scratch, trained, fresh, values, origins } = options;
  if (!checkScratch(program, draft, values, here) || typeof name !== "string" || (fresh && !scratch)) return undefined;
  if (!fresh) delete origins["model.tokenizer"];
  const [task, technique, length] = [values["task"], values["technique"], values["max_length"]];
  if (!isCall(task) || !isCall(technique) || typeof length !== "number") return undefined;
  const chats = readsConversations(program.registry, task);
  if (!chats) delete origins["model.template"];
  const template = isCall(values["template"]) ? values["template"] : null;
  const storage = isCall(values["storage"]) && !isPlain(program, values["storage"]) ? values["storage"] : undefined;
  if (!storage) delete origins["model.storage"];
  const frozen = Array.isArray(values["freeze"]) ? values["freeze"].filter(isCall) : [];
  return {
    origins,
    base: fact,
    plan: {
      name: draft.name,
      base: name,
      folder,
      baseHash: fact?.hash ?? null,
      task,
      technique,
      max_length: length,
      ...(scratch && { scratch }),
      ...(trained && { trained }),
      ...(frozen.length && { freeze: frozen }),
      ...(storage && { storage }),
      ...(chats && { template }),
    },
  };
}

function isPlain({ registry }: Program, storage: Call): boolean {
  return registry.find("storage", storage.word)?.capabilities?.isPlain === true;
}

export interface ResolvedRecipe extends ResolvedPlan<RecipePlan> {
  readonly resume: boolean;
  /** The privacy guarantee for single rows; the noise is derived from steps and rows. Unset for none. */
  readonly privacy?: Call;
}
/** Resolves a complete recipe. `setting.draft.validation` tells whether there is a validation split. */
export function resolveRecipe(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  here: Span,
  setting: {
    readonly model?: Readonly<Record<string, Value>>;
    readonly data?: Readonly<Record<string, Value>>;
    readonly validation: boolean;
    readonly base?: BaseFacts | undefined;
  },
): ResolvedRecipe {
  const { values, origins } = fillDefaults(program, verbParametersOf(program, "recipe"), given, "training.", {
    here,
    // By default, early stopping monitors the metric that selects the best checkpoint.
    draft: { validation: setting.validation, kept: given.get("keep")?.value ?? null },
    ...(setting.model ? { model: setting.model } : {}),
    ...(setting.data ? { data: setting.data } : {}),
    ...(setting.base ? { base: setting.base } : {}),
  });
  const steps = numberOf(values["steps"]);
  // With a number of updates set, `epochs` and its default reason do not apply.
  if (steps !== null) origins["training.epochs"] = { from: "derived", why: "`steps` decide" };
  const call = (name: string): Call | null => (isCall(values[name]) ? values[name] : null);
  const number = (name: string): number => standing(name, numberOf(values[name]));
  const average = call("average");
  if (!average) delete origins["training.average"];
  const privacy = call("privacy");
  if (!privacy) delete origins["training.privacy"];
  const canaries = numberOf(values["canaries"]);
  if (canaries === null) for (const key of CANARIES) delete origins[`training.${key}`];
  return {
    origins,
    resume: values["resume"] === true,
    ...(privacy && { privacy }),
    plan: {
      epochs: steps === null ? number("epochs") : null,
      steps,
      batch_size: number("batch_size"),
      accumulate: number("accumulate"),
      ...(average && { average }),
      packing: values["packing"] === true,
      optimizer: standing("optimizer", call("optimizer")),
      schedule: standing("schedule", call("schedule")),
      clip: numberOf(values["clip"]),
      dropout: numberOf(values["dropout"]),
      shuffle: standing("shuffle", values["shuffle"] as RecipePlan["shuffle"] | undefined),
      early_stopping: withBareMetric(call("early_stopping")),
      checkpoint: call("checkpoint"),
      validate: call("validate"),
      keep: standing("keep", values["keep"] as RecipePlan["keep"] | undefined),
      log: standing("log", call("log")),
      precision: standing("precision", values["precision"] as RecipePlan["precision"] | undefined),
      recompute: standing("recompute", values["recompute"] as RecipePlan["recompute"] | undefined),
      seed: number("seed"),
      ...(canaries !== null && { canaries, canary_copies: number("canary_copies") }),
    },
  };
}
const CANARIES = ["canaries", "canary_copies"] as const;
/** Returns a setting that always has a value: its default is in the verb's record, and nowhere else. */
function standing<T>(name: string, value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error(`the verb \`recipe\` has no default for \`${name}\``);
  return value;
}

/**
 * A metric without parameters is stored in a plan as its bare name. This keeps plans from before metrics of all kinds
 * could be monitored valid.
 */
function withBareMetric(call: Call | null): Call | null {
  const { metric } = call?.arguments ?? {};
  if (!call || !isCall(metric) || metric.definition !== undefined || Object.keys(metric.arguments).length > 0)
    return call;
  return { ...call, arguments: { ...call.arguments, metric: metric.word } };
}

/** Returns the values that a recipe statement itself sets, with the defaults of its words; the rest is left open. */
export function partialRecipe(program: Program, draft: DefinitionDraft, here: Span): Partial<RecipePlan> {
  const parameters = verbParametersOf(program, "recipe").filter((p) => draft.given.has(p.name));
  const { values } = fillDefaults(program, parameters, draft.given, "training.", { here });
  return Object.fromEntries(
    Object.entries(values).map(([k, v]) => [k, v === "none" || v === "auto" ? null : v]),
  ) as Partial<RecipePlan>;
}

export { isCall } from "./value.js";
export function recordOrEmpty(value: Value | undefined): Readonly<Record<string, Value>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) && "record" in value ? value.record : {};
}
function numberOf(value: Value | undefined): number | null {
  return value === undefined ? null : (numberOrShare(value) ?? null);
}
