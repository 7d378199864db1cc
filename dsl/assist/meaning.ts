/**
 * What values and names come to here: shares as rows, epochs as steps, a rank as trainable parameters. Only what is known
 * without looking anything up; sentences in Markdown.
 */
import type { Named, Program, Run } from "../compiler/plan/program.js";
import type { Span } from "../language/diagnostics/span.js";
import { resolveData, resolveModel } from "../compiler/plan/definitions.js";
import { trainedBy, trainingSplit } from "../compiler/plan/estimates.js";
import { warmUpOf } from "../compiler/plan/warm-up.js";
import { cutRows } from "../compiler/plan/lengths.js";
import { failed, type DataFacts } from "../language/types/facts.js";
import { dataKnown } from "../compiler/plan/bases/known-data.js";
import type { DataPlan } from "../language/types/subject.js";
import { dataNow } from "../compiler/plan/folds.js";
import { planTraining } from "../compiler/drafts/draft-training.js";
import { settingsOf } from "../compiler/drafts/settings.js";
import { type Planned } from "../compiler/drafts/training-request.js";
import { tuneText } from "../compiler/plan/text.js";
import type { Parameter, Verb, Word } from "../language/types/registry.js";

export interface ValuePlace {
  readonly verb: Verb;
  /** The key of the block. */
  readonly key: string;
  readonly parameter: Parameter | undefined;
  readonly word: Word | undefined;
  /** The name that the statement defines or trains. */
  readonly name: string | undefined;
  /** As written: `10%`, `3`. */
  readonly written: string;
}

const number = (n: number): string => Math.round(n).toLocaleString("en-US");
const few = (n: number): string => String(Number(n.toPrecision(3)));
const counted = (n: number, one: string): string => `${number(n)} ${one}${Math.round(n) === 1 ? "" : "s"}`;

/** What a value means where it stands; undefined: nothing more than its parameter says. */
export function meaningOfValue(program: Program, at: ValuePlace): string | undefined {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(at.written)?.[1];
  if (at.verb.name === "data") return inData(program, at, share === undefined ? undefined : Number(share) / 100);
  if (at.verb.name === "model") return inModel(program, at);
  const run = runOf(program, at);
  const planned = run && replanned(program, run);
  return planned && inTraining(program, planned, at, share === undefined ? undefined : Number(share) / 100);
}

function inData(program: Program, at: ValuePlace, share: number | undefined): string | undefined {
  const data = at.name === undefined ? undefined : dataNamed(program, at.name);
  const facts = data && dataKnown(program, data);
  if (at.key === "split" && share !== undefined && at.parameter) {
    const split = facts && namedShare(at, facts);
    if (facts && split) return `${split.name}: ${counted(split.rows, "row")} of ${number(facts.kept)}`;
    return facts && `${at.written} of ${counted(facts.kept, "row")} are ${number(facts.kept * share)}`;
  }
  if (at.key === "sample" && facts) return `${counted(facts.rowsIn, "row")} come in`;
  return undefined;
}
/** The split whose share was written, if the facts are of this very text. */
function namedShare(at: ValuePlace, facts: DataFacts): { readonly name: string; readonly rows: number } | undefined {
  const name = at.parameter?.open ? undefined : at.parameter?.name;
  const split = name === undefined ? undefined : facts.splits[name];
  return name !== undefined && split ? { name, rows: split.rows } : undefined;
}

function inModel(program: Program, at: ValuePlace): string | undefined {
  const draft = at.name === undefined ? undefined : program.names.get(at.name)?.draft;
  const model = draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
  const { base, plan } = model ?? {};
  if (!base || !plan) return undefined;
  if (at.key === "base") {
    const held = program.registry.find("model", base.family)?.doc;
    return `${base.family}, ${few(base.parameters / 1e6)} million parameters, ${number(base.positions)} positions. ${held ?? ""}`.trim();
  }
  if (at.key === "technique") {
    const { trains } = trainedBy(program, plan, base);
    return `${counted(trains, "parameter")} train beside the head: ${few((100 * trains) / base.parameters)} % of the base's ${few(base.parameters / 1e6)} million`;
  }
  if (at.key === "max_length") {
    const measured = [...program.facts.about("data")].find(([need]) => need.base?.name === plan.base)?.[1];
    const split = measured && trainingSplit(measured);
    const most = Number(at.written);
    if (!split?.lengths || !Number.isFinite(most)) return `the base has ${number(base.positions)} positions`;
    const cut = cutRows(split.lengths, most);
    return `the longest text has ${counted(split.lengths.longest, "token")}; ${cut < 1 ? "none is cut" : `at least ${counted(cut, "text")} of ${number(split.rows)} would be cut`}`;
  }
  return undefined;
}

function inTraining(
  program: Program,
  { plan }: Planned,
  at: ValuePlace,
  share: number | undefined,
): string | undefined {
  const { estimates, recipe } = plan;
  const { training } = recipe;
  const perEpoch = training.epochs === null ? null : estimates.steps / training.epochs;
  const run = `${counted(estimates.steps, "step")}, ${number(estimates.tokens)} tokens`;
  switch (at.parameter?.name ?? at.key) {
    case "epochs":
      if (at.key === "epochs")
        return `${counted(estimates.rows, "row")} in batches of ${training.batch_size * training.accumulate}: ${run}`;
      return perEpoch === null ? undefined : `every ${counted(perEpoch * Number(at.written), "step")}`;
    case "steps":
      return at.key === "steps"
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
        : `${at.written} of ${counted(estimates.steps, "step")} are ${number(warmUpOf(program.registry, training.schedule, estimates.steps))}`;
    default:
      return undefined;
  }
}

/** The training that a place of `train` or `recipe` belongs to. */
function runOf(program: Program, at: ValuePlace): Run | undefined {
  const runs = [...program.runs.values()];
  if (at.verb.name === "train") return runs.findLast((run) => run.model.name === at.name);
  return at.verb.name === "recipe" ? runs.findLast((run) => run.recipe?.name === at.name) : undefined;
}
function replanned(program: Program, run: Run): Planned | undefined {
  const here: Span = run.model.span;
  const draft = (name: string) => program.names.get(name)?.draft;
  const [model, data] = [draft(run.model.name) ?? run.model, dataNow(program, run)];
  return planTraining(program, {
    model,
    data,
    settings: settingsOf(program, run),
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
/** What a name is, with what is known of it. */
export function meaningOfName(program: Program, name: string, named: Named): string {
  const { draft } = named;
  if (draft?.is === "data") {
    const data = resolveData(program, draft, draft.span)?.plan;
    const facts = data && dataKnown(program, data);
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

/** What stands behind `$name`. */
export function meaningOfReference(program: Program, name: string): string | undefined {
  const parameter = program.parameters.get(name);
  if (parameter) return `**$${name}** is a parameter: ${code(tuneText(parameter.value))}`;
  const fact = program.facts.get({ about: "name", of: name });
  if (fact && !failed(fact)) {
    if (fact.value !== undefined)
      return `**$${name}** is a TypeScript value: ${code(tuneText(fact.value).slice(0, 200))}`;
    if (fact.live === "table") return `**$${name}** is a table with the columns ${listed(fact.columns ?? [])}`;
  }
  return program.outside.typescript.includes(name) ? `**$${name}** is a TypeScript value` : undefined;
}

const code = (text: string): string => `\`${text.replaceAll("`", "'")}\``;
const listed = (names: readonly string[]): string =>
  names.slice(0, 8).map(code).join(", ") + (names.length > 8 ? `, … (${names.length})` : "");
