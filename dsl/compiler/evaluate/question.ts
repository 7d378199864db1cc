/** `evaluate` and `predict`: requests to a trained model or its base. */
import { checkScoreReliability } from "../checks/evaluation.js";
import { checkAttacks } from "./attack.js";
import { sliceKeysOf } from "../checks/slices.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { Draft, Program, NamedTraining } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { dataFacts, missingRoles, rolesOf } from "../checks/world.js";
import { callAt, numberAt, textsAt } from "../plan/value.js";
import { addAction, operandName } from "../statement/run-action.js";
import {
  readBaseline,
  checkNamedOnce,
  isBaseline,
  reportOnlyBaselines,
  type BaselineContext,
  type NamedBaseline,
} from "./contenders.js";
import { fillDefaults } from "../plan/defaults.js";
import { isCall, resolveData } from "../plan/definitions.js";
import { hashOf } from "../plan/hash.js";
import { writesText } from "../plan/batches.js";
import { isLoaded } from "../plan/bases/loaded-base.js";
import { checkMetrics } from "../plan/metrics.js";
import { canServeUntrainedModel } from "../plan/bases/untrained.js";
import { foldModelsNamed, subjectOf, trainedNameOf, resolveTrainedName } from "../drafts/names.js";
import { currentDataOf, writtenFoldsOf } from "../plan/folds.js";
import { must, mustGet } from "../../language/diagnostics/codes.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import type { FoldModel, ActionSubject } from "../plan/action.js";
import type { DataPlan, GivenValue, Call, Value } from "../../language/types/value.js";

export function compileEvaluate(program: Program, header: StatementHeader): void {
  const { clauses, statement, verb } = header;
  const entries = statement.block?.entries ?? [];
  const ownKeys = readKeys(program, entries, verb, verb.parameters, new Map(), true, { partly: true });
  const operands = header.operands.filter((operand) => !isBaseline(program, operand));
  const beside = header.operands.filter((operand) => isBaseline(program, operand));
  const folded = operands.map((operand) => foldModelsNamed(program, operand));
  const subjects = (clauses.get("on")?.operands ?? []).map((operand) =>
    subjectOf(program, operand, folded.includes(undefined), "on", foldOf(program, operands[0])),
  );
  const names = operands.map((operand, i) =>
    folded[i]
      ? foldsEvaluated(program, operand, folded[i], subjects)
      : resolveTrainedName(program, operand, "evaluate", (task, model) => canServeUntrainedModel(program, task, model)),
  );
  const first = subjects[0];
  const data = first && "data" in first.subject ? first.subject.data : undefined;
  const model = modelBehind(program, names[0]);
  const facts =
    data && first?.sound && program.purpose === "run"
      ? dataFacts(program, first.draft, data, model, statement.verb.span)
      : undefined;
  const tasks = names.flatMap((name) => taskBehind(program, name) ?? untrainedTask(program, name) ?? []);
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", {
    here: statement.verb.span,
    ...(tasks[0] ? { model: { task: tasks[0].task } } : {}),
    ...(data && { data: columnsAndLabels(data, facts?.labels ?? data.labels) }),
  });
  const roles = data && { roles: Object.keys(data.columns) };
  checkAllScores(program, subjects, {
    model,
    written: ownKeys.given.get("metrics"),
    here: statement.verb.span,
    metrics: (values["metrics"] as readonly Call[] | undefined) ?? [],
    spanAt: (i) => clauses.get("on")?.operands[i]?.span ?? statement.span,
  });
  const requested = (values["metrics"] as readonly Call[] | undefined) ?? [];
  const { require, metrics, bars } = withBars(
    program,
    requested,
    (values["require"] as readonly Call[] | undefined) ?? [],
  );
  const demanded = ownKeys.given.get("require");
  const words = metrics.map((metric) => metric.word);
  const written = ownKeys.given.get("metrics");
  const place = (i: number): Span | undefined =>
    i < requested.length
      ? (written?.places.get(`metrics.${String(i)}`) ?? written?.span)
      : (demanded?.places.get(`require.${String(bars[i - requested.length])}.metric`) ?? demanded?.span);
  const measured = tasks.every((evaluatedTask) =>
    checkMetrics(program, words, { ...evaluatedTask, ...roles, timed: true }, place, statement.verb.span),
  );
  const mute = tasks.find(({ task }) => !writesText(program.registry, task));
  const astray = astrayFor(program, ownKeys.given, mute?.task, statement.verb.span);
  const onSpan = clauses.get("on")?.span ?? statement.span;
  const parted = subjects.flatMap((one) =>
    one?.sound && "data" in one.subject ? [{ data: one.subject.data, split: one.subject.split }] : [],
  );
  const by = sliceKeysOf(program, values["by"], parted, {
    place: (path) => ownKeys.given.get("by")?.places.get(path),
    here: statement.verb.span,
  });
  const attacks = (values["attacks"] as readonly Call[] | undefined) ?? [];
  const attacked = checkAttacks(program, attacks, names, ownKeys.given.get("attacks"));
  const contenders = contendersOf(program, beside, { model: names[0], task: tasks[0]?.task, subjects, here: onSpan });
  if (header.sound && operands.length === 0 && beside.length > 0) reportOnlyBaselines(program, beside);
  const unreadable = facts ? subjects.filter((one) => one && lacks(program, one, tasks, onSpan)) : [];
  const known = names.filter((name) => name !== undefined);
  const on = subjects.flatMap((subject) => (subject ? [subject.subject] : []));
  const whole = known.length > 0 && known.length === names.length && on.length === subjects.length && contenders;
  if (
    !header.sound ||
    ownKeys.broken ||
    !measured ||
    astray.length > 0 ||
    !whole ||
    unreadable.length > 0 ||
    !by ||
    !attacked
  )
    return;
  const most = values["max_tokens"];
  addAction(program, header, "evaluate", {
    names: [...known, ...contenders.map(({ name }) => name)],
    on,
    metrics,
    batch_size: numberAt(values, "batch_size"),
    worst: numberAt(values, "worst"),
    ...(by.length > 0 && { by }),
    ...(attacks.length > 0 && { attacks }),
    uncertain: numberAt(values, "uncertain"),
    ...(require.length > 0 && { require }),
    ...(contenders.length > 0 && {
      contenders: Object.fromEntries(contenders.map(({ name, contender }) => [name, contender])),
    }),
    ...heldBy(program, known),
    ...(!mute && { decode: callAt(values, "decode"), max_tokens: typeof most === "number" ? most : null }),
  });
}

/** Columns and labels of the evaluated data that parameters may name. */
function columnsAndLabels({ columns }: DataPlan, labels: DataPlan["labels"]) {
  return { columns: { record: columns }, ...(labels && { labels }) };
}

/** Checks the precision of scores on so few rows, and what a metric hides, over all evaluated rows. */
function checkAllScores(
  program: Program,
  subjects: readonly ReturnType<typeof subjectOf>[],
  {
    model,
    spanAt,
    ...common
  }: Pick<Parameters<typeof checkScoreReliability>[1], "metrics" | "written" | "here"> & {
    readonly model: ReturnType<typeof modelBehind>;
    readonly spanAt: (i: number) => Span;
  },
): void {
  if (program.purpose !== "run") return;
  for (const [i, one] of subjects.entries()) {
    if (!one?.sound || !("data" in one.subject)) continue;
    const facts = dataFacts(program, one.draft, one.subject.data, model, common.here);
    if (facts)
      checkScoreReliability(program, { ...common, data: one.draft, facts, split: one.subject.split, span: spanAt(i) });
  }
}

/** Resolves all baselines; undefined if an error was reported for one of them or for the model. */
function contendersOf(
  program: Program,
  operands: readonly WordNode[],
  {
    model,
    task,
    subjects,
    here,
  }: Pick<BaselineContext, "here"> & {
    readonly model: string | undefined;
    readonly task: Call | undefined;
    readonly subjects: readonly (BaselineContext["subjects"][number] | undefined)[];
  },
): readonly NamedBaseline[] | undefined {
  if (operands.length === 0) return [];
  if (model === undefined || !task) return undefined;
  const sound = subjects.filter((subject) => subject !== undefined);
  const read = operands.map((operand) => readBaseline(program, operand, { model, task, subjects: sound, here }));
  const named = read.flatMap((one, i) => (one ? [{ ...one, span: operands[i]!.span }] : []));
  if (named.length < read.length || !checkNamedOnce(program, named)) return undefined;
  const brief = named.map((one) => ({ ...one, name: one.brief ?? one.name }));
  return new Set(brief.map(({ name }) => name)).size === brief.length ? brief : named;
}

/**
 * Returns the name of the fold models if all are trained and the rows are those of the folds. For other rows, the fold
 * that excluded a row is unknown.
 */
function foldsEvaluated(
  program: Program,
  operand: Operand,
  run: NamedTraining,
  subjects: readonly ReturnType<typeof subjectOf>[],
): string | undefined {
  const name = operandName(operand)?.text;
  if (name === undefined) return undefined;
  const elsewhere = subjects.find((one) => one && !sameFolds(program, run, one));
  if (elsewhere && "data" in elsewhere.subject) {
    const { data, split } = elsewhere.subject;
    const details = { model: name, folds: run.folds ?? [], data: run.data.name };
    program.report(
      "fold-model",
      { ...details, on: split === null ? data.name : `${data.name}.${split}` },
      operand.span,
    );
    return undefined;
  }
  const trained = (run.folds ?? []).every((fold) => {
    const entry = program.names.get(fold);
    const node = operand as WordNode;
    return entry && trainedNameOf(program, { name: fold, node, entry }) !== undefined;
  });
  return trained ? name : undefined;
}
function sameFolds(
  program: Program,
  run: NamedTraining,
  { subject, draft }: NonNullable<ReturnType<typeof subjectOf>>,
): boolean {
  return (
    "data" in subject &&
    subject.split === null &&
    draft.name === run.data.name &&
    writtenFoldsOf(program, draft) !== null
  );
}

/**
 * Returns the required thresholds and the metrics that only they name. `bars`: for each of these metrics, the index of
 * its threshold, from 0.
 */
function withBars(
  program: Program,
  requested: readonly Call[],
  require: readonly Call[],
): { readonly require: readonly Call[]; readonly metrics: readonly Call[]; readonly bars: readonly number[] } {
  const known = new Set(requested.map(hashOf));
  const more = require.flatMap((bar, index) => {
    const metric = program.registry.find("bar", bar.word)?.capabilities?.metric(bar);
    if (!metric || known.has(hashOf(metric))) return [];
    known.add(hashOf(metric));
    return [{ metric, at: index }];
  });
  return {
    require,
    metrics: [...requested, ...more.map(({ metric }) => metric)],
    bars: more.map(({ at: index }) => index),
  };
}

/** For a fold's model: the index of the fold it was not trained on. */
function foldOf(program: Program, operand: Operand | undefined): number | undefined {
  const name = operandName(operand)?.text;
  return name === undefined ? undefined : program.runs.get(name)?.fold;
}

/** Returns the rows on which each fold's model is evaluated. */
function heldBy(
  program: Program,
  names: readonly string[],
): { readonly folds: Readonly<Record<string, readonly FoldModel[]>> } | undefined {
  const folds = names.flatMap((name): [string, readonly FoldModel[]][] => {
    const run = program.runs.get(name);
    if (!run?.folds) return [];
    const foldModel = run.folds.map((fold): FoldModel => {
      const foldTraining = mustGet(program.runs, fold, "training");
      return {
        name: fold,
        data: must(resolveData(program, currentDataOf(program, foldTraining), foldTraining.data.span), "a fold's data")
          .plan,
      };
    });
    return [[name, foldModel]];
  });
  return folds.length > 0 ? { folds: Object.fromEntries(folds) } : undefined;
}

/** Keys of `predict` that control text generation. */
const WRITING = ["decode", "max_tokens", "stop"] as const;

function taskOf(program: Program, name: string | undefined): Call | undefined {
  const task = name === undefined ? undefined : program.names.get(name)?.draft?.given.get("task")?.value;
  return task !== undefined && isCall(task) ? task : taskBehind(program, name)?.task;
}
/** Returns the task of a model that is used untrained, as its base is. */
function untrainedTask(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const [task, model] = [taskOf(program, name), name === undefined ? undefined : program.names.get(name)?.draft];
  return name !== undefined && task && model && canServeUntrainedModel(program, task, model)
    ? { model: name, task }
    : undefined;
}
/** Returns the task of a trained model; undefined if its definition has errors. */
function taskBehind(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const named = name === undefined ? undefined : program.names.get(name)?.draft;
  const draft =
    name === undefined ? undefined : (program.runs.get(name)?.model ?? (named && isLoaded(named) ? named : undefined));
  const task = draft?.given.get("task")?.value;
  return name !== undefined && isCall(task) ? { model: name, task } : undefined;
}
function modelBehind(program: Program, name: string | undefined): { name: string; folder: string } | null {
  const run = name === undefined ? undefined : program.runs.get(name);
  const base = run?.model.given.get("base");
  return typeof base?.value === "string" ? { name: base.value, folder: program.folderAt(base.span) } : null;
}

/** Reports data that lack what the models' task reads. */
function lacks(
  program: Program,
  { subject, draft }: { readonly subject: ActionSubject; readonly draft: Draft },
  tasks: readonly { readonly task: Call }[],
  here: Span,
): boolean {
  if (!("data" in subject)) return false;
  const missing = tasks.flatMap(({ task }) => missingRoles(program, subject.data, task))[0];
  if (missing === undefined) return false;
  program.report("missing-role", { role: missing, task: "evaluate", data: draft.name }, here);
  return true;
}

export function compilePredict(program: Program, header: StatementHeader): void {
  const { clauses, statement } = header;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const operands = clauses.get("on")?.operands ?? [];
  const texts = operands.filter((options) => options.is === "string");
  const [first] = operands;
  let on: ActionSubject | undefined;
  if (first && texts.length === operands.length)
    on = { texts: texts.map((options) => (options.is === "string" ? options.value : "")) };
  else if (first && operands.length > 1)
    program.report("too-many-operands", { after: "on", found: operands.length }, clauses.get("on")?.span ?? first.span);
  else if (first?.is === "reference") {
    const found = program.reference(first);
    if (found) {
      const list =
        "live" in found ? undefined : Array.isArray(found.value) ? (found.value as readonly Value[]) : [found.value];
      if ("live" in found) on = { live: found.live };
      else if (list?.every((t) => typeof t === "string")) on = { texts: list as string[] };
      else program.report("wrong-type", { key: "on", wanted: "texts", found: `\`$${first.text}\`` }, first.span);
    }
  } else if (first) on = subjectOf(program, first, true, "on")?.subject;
  const [operand] = header.operands;
  const writes = (task: Call): boolean => writesText(program.registry, task);
  const name =
    operand &&
    resolveTrainedName(program, operand, "predict", (of, model) => canServeUntrainedModel(program, of, model));
  const as = operandName(clauses.get("as")?.operands[0]);
  if (as) program.define(as.text, as.span, { is: "prediction" });
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", { here: statement.verb.span });
  const task = taskOf(program, name);
  const astray = astrayFor(program, ownKeys.given, task, statement.verb.span);
  if (task && on && "texts" in on && rolesOf(program, task).includes("context") && first) {
    program.report("asks-without-context", { model: name ?? "the model" }, first.span);
    return;
  }
  if (!header.sound || ownKeys.broken || name === undefined || !on || astray.length > 0) return;
  const writing =
    task && writes(task)
      ? {
          decode: callAt(values, "decode"),
          max_tokens: numberAt(values, "max_tokens"),
          stop: textsAt(values, "stop"),
        }
      : null;
  const batch_size = numberAt(values, "batch_size");
  const why = values["why"] === "left_out" || values["why"] === "gradient" ? values["why"] : null;
  if (why && task && !saysWhy(program, task)) {
    program.report(
      "no-why",
      { task: task.word, has: tasksThatSayWhy(program) },
      ownKeys.given.get("why")?.span ?? statement.span,
    );
    return;
  }
  addAction(program, header, "predict", { name, on, as: as?.text ?? null, batch_size, writing, ...(why && { why }) });
}

function saysWhy(program: Program, task: Call): boolean {
  return program.registry.find("task", task.word)?.capabilities?.isExplainable === true;
}
function tasksThatSayWhy(program: Program): readonly string[] {
  return program.registry
    .ofKind("task")
    .flatMap(({ name, capabilities }) => (capabilities?.isExplainable ? [name] : []));
}

/** Reports generation keys given for a task that generates no text. */
function astrayFor(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  task: Call | undefined,
  here: Span,
): readonly string[] {
  if (!task || writesText(program.registry, task)) return [];
  const astray = WRITING.filter((key) => given.has(key));
  for (const key of astray) program.reportNear("writes-no-text", { key, task: task.word }, given.get(key)?.span, here);
  return astray;
}
