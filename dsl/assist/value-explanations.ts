/**
 * Explains values and names in context: shares as rows, epochs as steps, a rank as trainable parameters. Uses only
 * facts already known, without any lookup; writes sentences in Markdown.
 */
import type { NameEntry, Program, NamedTraining } from "../compiler/plan/program.js";
import type { Span } from "../language/diagnostics/span.js";
import { resolveData, resolveModel } from "../compiler/plan/definitions.js";
import { countTrainedParameters, trainingSplit } from "../compiler/plan/estimates.js";
import { warmUpSteps } from "../compiler/plan/warm-up.js";
import { countTextsLongerThan } from "../compiler/plan/lengths.js";
import { isFailedFact, type DataFacts } from "../language/types/facts.js";
import { knownDataFacts } from "../compiler/plan/bases/known-data.js";
import type { DataPlan } from "../language/types/value.js";
import { currentDataOf } from "../compiler/plan/folds.js";
import { planTraining } from "../compiler/drafts/plan-training.js";
import { trainingSettingsOf } from "../compiler/drafts/settings.js";
import { type PlannedTraining } from "../compiler/drafts/training-request.js";
import { tuneText } from "../compiler/plan/text.js";
import type { Parameter, Verb, Word } from "../language/types/registry.js";

export interface WrittenValueContext {
  readonly verb: Verb;
  readonly key: string;
  readonly parameter: Parameter | undefined;
  readonly word: Word | undefined;
  /** Name that the statement defines or trains. */
  readonly name: string | undefined;
  /** The value as written: `10%`, `3`. */
  readonly written: string;
}

const number = (n: number): string => Math.round(n).toLocaleString("en-US");
const few = (n: number): string => String(Number(n.toPrecision(3)));
const counted = (n: number, one: string): string => `${number(n)} ${one}${Math.round(n) === 1 ? "" : "s"}`;

/** Explains a value in its context. Returns undefined if the parameter's documentation already says everything. */
export function meaningOfValue(program: Program, place: WrittenValueContext): string | undefined {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(place.written)?.[1];
  if (place.verb.name === "data") return inData(program, place, share === undefined ? undefined : Number(share) / 100);
  if (place.verb.name === "model") return inModel(program, place);
  const run = runOf(program, place);
  const planned = run && replanned(program, run);
  return planned && inTraining(program, planned, place, share === undefined ? undefined : Number(share) / 100);
}

function inData(program: Program, place: WrittenValueContext, share: number | undefined): string | undefined {
  const data = place.name === undefined ? undefined : dataNamed(program, place.name);
  const facts = data && knownDataFacts(program, data);
  if (place.key === "split" && share !== undefined && place.parameter) {
    const split = facts && namedShare(place, facts);
    if (facts && split) return `${split.name}: ${counted(split.rows, "row")} of ${number(facts.kept)}`;
    return facts && `${place.written} of ${counted(facts.kept, "row")} are ${number(facts.kept * share)}`;
  }
  if (place.key === "sample" && facts) return `${counted(facts.rowsIn, "row")} come in`;
  return undefined;
}
/** Returns the split whose share was written, if the facts contain that split. */
function namedShare(
  place: WrittenValueContext,
  facts: DataFacts,
): { readonly name: string; readonly rows: number } | undefined {
  const name = place.parameter?.open ? undefined : place.parameter?.name;
  const split = name === undefined ? undefined : facts.splits[name];
  return name !== undefined && split ? { name, rows: split.rows } : undefined;
}

function inModel(program: Program, place: WrittenValueContext): string | undefined {
  const draft = place.name === undefined ? undefined : program.names.get(place.name)?.draft;
  const model = draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
  const { base, plan } = model ?? {};
  if (!base || !plan) return undefined;
  if (place.key === "base") {
    const familyDoc = program.registry.find("model", base.family)?.doc;
    return `${base.family}, ${few(base.parameters / 1e6)} million parameters, ${number(base.positions)} positions. ${familyDoc ?? ""}`.trim();
  }
  if (place.key === "technique") {
    const { trains } = countTrainedParameters(program, plan, base);
    return `${counted(trains, "parameter")} train besides the head: ${few((100 * trains) / base.parameters)} % of the base's ${few(base.parameters / 1e6)} million`;
  }
  if (place.key === "max_length") {
    const measured = [...program.facts.about("data")].find(([need]) => need.base?.name === plan.base)?.[1];
    const split = measured && trainingSplit(measured);
    const most = Number(place.written);
    if (!split?.lengths || !Number.isFinite(most)) return `the base has ${number(base.positions)} positions`;
    const cut = countTextsLongerThan(split.lengths, most);
    return `the longest text has ${counted(split.lengths.longest, "token")}; ${cut < 1 ? "none is cut" : `at least ${counted(cut, "text")} of ${number(split.rows)} would be cut`}`;
  }
  return undefined;
}

function inTraining(
  program: Program,
  { plan }: PlannedTraining,
  place: WrittenValueContext,
  share: number | undefined,
): string | undefined {
  const { estimates, recipe } = plan;
  const { training } = recipe;
  const perEpoch = training.epochs === null ? null : estimates.steps / training.epochs;
  const run = `${counted(estimates.steps, "step")}, ${number(estimates.tokens)} tokens`;
  switch (place.parameter?.name ?? place.key) {
    case "epochs":
      if (place.key === "epochs")
        return `${counted(estimates.rows, "row")} in batches of ${training.batch_size * training.accumulate}: ${run}`;
      return perEpoch === null ? undefined : `every ${counted(perEpoch * Number(place.written), "step")}`;
    case "steps":
      return place.key === "steps"
        ? `${few((estimates.steps * training.batch_size * training.accumulate) / Math.max(1, estimates.rows))} epochs of ${counted(estimates.rows, "row")}`
        : undefined;
    case "batch_size":
    case "accumulate":
      return perEpoch === null
        ? undefined
        : `${counted(perEpoch, "update")} an epoch, ${number(estimates.steps)} in all`;
    case "warmup":
      return share === undefined
        ? undefined
        : `${place.written} of ${counted(estimates.steps, "step")} are ${number(warmUpSteps(program.registry, training.schedule, estimates.steps))}`;
    default:
      return undefined;
  }
}

/** Returns the training that a value in `train` or `recipe` belongs to. */
function runOf(program: Program, place: WrittenValueContext): NamedTraining | undefined {
  const runs = [...program.runs.values()];
  if (place.verb.name === "train") return runs.findLast((run) => run.model.name === place.name);
  return place.verb.name === "recipe" ? runs.findLast((run) => run.recipe?.name === place.name) : undefined;
}
function replanned(program: Program, run: NamedTraining): PlannedTraining | undefined {
  const here: Span = run.model.span;
  const draft = (name: string) => program.names.get(name)?.draft;
  const [model, data] = [draft(run.model.name) ?? run.model, currentDataOf(program, run)];
  return planTraining(program, {
    model,
    data,
    settings: trainingSettingsOf(program, run),
    run: run.model.name,
    modelAt: here,
    dataAt: here,
    here,
  });
}
function dataNamed(program: Program, name: string): DataPlan | undefined {
  const draft = program.names.get(name)?.draft;
  return draft?.is === "data" ? resolveData(program, draft, draft.span)?.plan : undefined;
}
/** Describes a name with the facts known about it. */
export function meaningOfName(program: Program, name: string, named: NameEntry): string {
  const { draft } = named;
  if (draft?.is === "data") {
    const data = resolveData(program, draft, draft.span)?.plan;
    const facts = data && knownDataFacts(program, data);
    const roles = Object.entries(data?.columns ?? {}).map(([role, column]) => `${role} ← ${column}`);
    return [
      `**${name}** is data`,
      ...(facts
        ? [
            `${counted(facts.kept, "row")} of ${number(facts.rowsIn)}: ${Object.entries(facts.splits)
              .map(([split, { rows }]) => `${split} ${number(rows)}`)
              .join(", ")}`,
          ]
        : []),
      ...(facts && facts.labels.length > 0 ? [`labels: ${listed(facts.labels)}`] : []),
      ...(roles.length > 0 ? [`columns: ${roles.map(code).join(", ")}`] : []),
    ].join("\n\n");
  }
  if (draft?.is === "model") {
    const model = resolveModel(program, draft, draft.span);
    const trained = program.outside.trained[name] !== undefined || program.runs.has(name);
    return [
      `**${name}** is a model${trained ? ", trained in this session" : ""}`,
      ...(model
        ? [
            `base ${code(model.plan.base)}, task ${code(tuneText(model.plan.task))}, technique ${code(tuneText(model.plan.technique))}`,
          ]
        : []),
    ].join("\n\n");
  }
  if (draft) {
    const settings = [...draft.given].map(([key, { value }]) => code(`${key}: ${tuneText(value)}`));
    return [`**${name}** is a ${named.is}`, ...(settings.length > 0 ? [settings.join(", ")] : [])].join("\n\n");
  }
  const run = program.runs.get(name);
  return run && named.is === "run"
    ? `**${name}** is ${code(run.model.name)} trained on ${code(run.data.name)}${run.recipe ? ` with ${code(run.recipe.name)}` : ""}`
    : `**${name}** is a ${named.is}`;
}

/** Describes the value behind `$name`. */
export function meaningOfReference(program: Program, name: string): string | undefined {
  const parameter = program.parameters.get(name);
  if (parameter) return `**$${name}** is a parameter: ${code(tuneText(parameter.value))}`;
  const fact = program.facts.get({ about: "name", of: name });
  if (fact && !isFailedFact(fact)) {
    if (fact.value !== undefined)
      return `**$${name}** is a TypeScript value: ${code(tuneText(fact.value).slice(0, 200))}`;
    if (fact.live === "table") return `**$${name}** is a table with the columns ${listed(fact.columns ?? [])}`;
  }
  return program.outside.typescript.includes(name) ? `**$${name}** is a TypeScript value` : undefined;
}

const code = (text: string): string => `\`${text.replaceAll("`", "'")}\``;
const listed = (names: readonly string[]): string =>
  names.slice(0, 8).map(code).join(", ") + (names.length > 8 ? `, … (${names.length})` : "");
