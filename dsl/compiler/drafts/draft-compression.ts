/** Plans of the stages of `compress`, as they are written and as they were run. */
import { parametersWith, type Beside } from "../plan/estimates.js";
import { hashOf } from "../plan/hash.js";
import { MADE } from "../plan/bases/compressed-base.js";
import { isCall, recordOf, resolveData, resolveModel } from "../plan/definitions.js";
import { runOf } from "../plan/bases/loaded-base.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import type { Plan } from "../plan/plan.js";
import { readerOf } from "../../language/types/subject.js";
import type { Compressing, Draft, Program, Run } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { StageCapabilities, Taught } from "../../language/types/capabilities/learning.js";
import type { Given } from "../../language/types/given-value.js";
import { failed, type BaseFacts } from "../../language/types/facts.js";
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { Call, Value } from "../../language/types/value.js";
import { checkTables, dataFacts } from "../checks/world.js";
import { planTraining } from "./draft-training.js";
import { settingsOf } from "./settings.js";
import { type Planned } from "./training-request.js";
import { isStreamed } from "../plan/streaming.js";

/** Keys of a model that its smaller one has too. */
const SAME: readonly string[] = ["task", "max_length", "template"];

const saysOf = (program: Program, { kind, word }: Call): StageCapabilities | undefined =>
  program.registry.find(kind as "student", word)?.capabilities;

/** The definition of a stage's model: the task of the one that it is made of, all weights trained or none. Undefined: that one isn't known. */
export function studentDraft(
  program: Program,
  o: {
    readonly start: string;
    readonly name: string;
    readonly call: Call;
    readonly at: Span;
    /** Of a student whose teacher was not trained here. */
    readonly task?: Call | undefined;
  },
): Draft | undefined {
  const of = o.task ? null : (program.runs.get(o.start)?.model ?? program.names.get(o.start)?.draft);
  if (of === undefined) return undefined;
  const says = saysOf(program, o.call);
  const own = says?.base?.(o.call) ?? null;
  if (!of && own === null) {
    const why = `\`${o.start}\` has no weights here that parts could be taken of`;
    program.report(
      "not-so-small",
      { stage: o.call.word, why, instead: `name a base: \`${o.call.word}(base: "…")\`` },
      o.at,
    );
    return undefined;
  }
  // What takes no step leaves its base as it is made.
  const fitting = program.registry
    .ofKind("technique")
    .find(({ capabilities }) => (says?.trains ? capabilities?.whole : capabilities?.bare) === true);
  const base: Value = own ?? { record: { model: o.start } };
  const technique: Value = { word: fitting?.name ?? "", kind: "technique", arguments: {} };
  const given = (value: Value): Given => ({ value, span: o.at, from: "written", places: new Map() });
  const same = [...(of?.given ?? [["task", given(o.task ?? null)] as const])].filter(([key]) => SAME.includes(key));
  return {
    is: "model",
    name: o.name,
    span: o.at,
    source: program.source,
    broken: of?.broken ?? false,
    needs: of?.needs ?? [],
    allowances: [],
    given: new Map([
      ...same,
      ["base", given(base)],
      ["technique", given(technique)],
      ...(own === null ? [[MADE, given({ ...o.call })] as const] : []),
    ]),
  };
}

export interface CompressedAt {
  readonly modelAt: Span;
  /** Of each data set. */
  readonly dataAt: readonly Span[];
  readonly stageAt: Span;
  readonly here: Span;
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
}

/** The plan of a stage, whose recipe names what it is made of. */
export function planCompressed(
  program: Program,
  run: Pick<Run, "model" | "recipe" | "own" | "data"> & { readonly compress: Compressing },
  name: string,
  at: CompressedAt,
): Planned | undefined {
  const { model, data, recipe, compress } = run;
  const { stage, start } = compress;
  const { teacher } = compress;
  const of = teacher ? hashOf(teacher.call) : startHash(program, start);
  if (of === undefined || !demandTeachable(program, model, compress, at)) return undefined;
  const unlabelled = compress.unlabelled.map((draft, i) =>
    unlabelledOf(program, { draft, at: at.dataAt[i + 1] ?? at.here }, data),
  );
  if (unlabelled.some((one) => one === undefined)) return undefined;
  const known = unlabelled.filter((one) => one !== undefined);
  const plan: CompressPlan = { stage, of, ...(teacher && { teacher }), ...(known.length > 0 && { unlabelled: known }) };
  const larger = teacher ? undefined : largerOf(program, start, at.here);
  const beside = besideOf(program, { stage, larger, task: model.given.get("task")?.value ?? null });
  const planned = planTraining(program, {
    ...(beside && { beside }),
    ...(larger && { larger }),
    still: saysOf(program, stage)?.trains !== true,
    model,
    data,
    recipe,
    settings: settingsOf(program, run),
    run: name,
    compress: plan,
    modelAt: at.stageAt,
    dataAt: at.dataAt[0] ?? at.here,
    here: at.here,
    ...(at.statement && { statement: at.statement }),
    read: (saysOf(program, stage)?.base?.(stage) ?? null) === null && program.runs.get(start)?.data.name === data.name,
  });
  if (!planned || !isSmaller(program, planned, { start, stage }, at.stageAt)) return undefined;
  if (!larger) return planned;
  const { plan: whole } = planned;
  return {
    ...planned,
    plan: { ...whole, estimates: { ...whole.estimates, larger: withHead(program, whole, larger) } },
  };
}

/** Parameters of the larger model as it stands: with a head for the labels of the data. */
function withHead(program: Program, { recipe: { data, model } }: Plan, larger: BaseFacts): number {
  const facts = program.ask({ about: "data", data, base: readerOf(model) }, true);
  const labels = facts === undefined || failed(facts) ? 0 : facts.labels.length;
  return parametersWith(program, model.task, larger, labels);
}

/** The model that is made smaller, as a base; undefined: nothing is known of it. */
function largerOf(program: Program, start: string, here: Span): BaseFacts | undefined {
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  return draft && resolveModel(program, draft, here)?.base;
}

/** What is held of the larger model where it runs in the same program. */
function besideOf(
  program: Program,
  { stage, task, larger }: { readonly stage: Call; readonly task: Value; readonly larger: BaseFacts | undefined },
): ((own: BaseFacts) => Beside | null) | undefined {
  const says = saysOf(program, stage);
  if (!says?.beside || !larger || !isCall(task)) return undefined;
  const has = program.registry.find("task", task.word)?.capabilities;
  const family = program.registry.find("model", larger.family)?.capabilities;
  return (own) => {
    const held = says.beside?.(stage, has, own, larger, family) ?? null;
    return held && { base: larger, held };
  };
}

/** Whether the task can be learnt of another model as the stage says. */
function demandTeachable(
  program: Program,
  student: Draft,
  { stage, unlabelled, start }: Compressing,
  { stageAt, dataAt }: CompressedAt,
): boolean {
  const task = student.given.get("task")?.value;
  const says = saysOf(program, stage);
  const [idle] = unlabelled;
  if (says && !says.refuses && idle) {
    program.report("unlabelled-unread", { data: idle.name, stage: stage.word }, dataAt[1] ?? stageAt);
    return false;
  }
  if (!isCall(task) || !says?.refuses) return true;
  const has = program.registry.find("task", task.word)?.capabilities;
  const bases = basesOf(program, start, student, stageAt);
  const reads = (says.base?.(stage) ?? null) === null || readsAlike(program, start, bases);
  const refused = says.refuses(stage, { has, unlabelled: unlabelled.length > 0, reads, bases });
  if (refused) program.report("distill-task", { task: task.word, ...refused }, stageAt);
  return !refused;
}

type Bases = NonNullable<Taught["bases"]>;

/** As far as they are known; what is wrong with one of them is said where it is planned. */
function basesOf(program: Program, start: string, student: Draft, here: Span): Bases {
  const { reporter } = program;
  program.reporter = new Reporter();
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  const of = draft && resolveModel(program, draft, here)?.base;
  const own = resolveModel(program, student, here)?.base;
  program.reporter = reporter;
  return { own, of };
}

/** Whether what was trained and what is to learn from it make the same tokens of a text. */
function readsAlike(program: Program, start: string, { own, of }: Bases): boolean {
  if (!program.runs.get(start) && !program.names.get(start)?.draft) return false;
  // What isn't known yet is told by itself.
  if (!of || !own) return true;
  return of.hash === own.hash || (of.tokens !== undefined && of.tokens === own.tokens);
}

/** Rows without labels, with the columns that the first data have beside theirs. Reports what is wrong. */
function unlabelledOf(
  program: Program,
  { draft, at }: { readonly draft: Draft; readonly at: Span },
  first: Draft,
): NonNullable<CompressPlan["unlabelled"]>[number] | undefined {
  program.require(draft.needs);
  const data = resolveData(program, draft, at);
  const own = resolveData(program, first, at);
  if (!data || !own) return undefined;
  const { columns } = data.plan;
  const role = LABELS.find((one) => columns[one] !== undefined);
  if (role !== undefined) program.report("compress-labelled", { data: draft.name, role }, at);
  else if (Object.keys(own.plan.columns).some((one) => READ.includes(one) && columns[one] === undefined))
    program.report("unlabelled-unread", { data: draft.name }, at);
  else if (isStreamed(data.plan)) program.report("compress-streamed", { data: draft.name }, at);
  else if (checkTables(program, draft, data.plan, at)) {
    const facts = dataFacts(program, draft, data.plan, null, at);
    return facts && { data: data.plan, dataHash: facts.hash };
  }
  return undefined;
}
/** Roles of what people said of a row, and of what a model reads of it. */
const LABELS: readonly string[] = ["label", "labels"];
const READ: readonly string[] = ["text", "text_pair"];

/** Reports `student-larger`. */
function isSmaller(
  program: Program,
  { plan }: Planned,
  { start, stage }: Pick<Compressing, "start" | "stage">,
  here: Span,
): boolean {
  const own = saysOf(program, stage)?.base?.(stage) ?? null;
  if (own === null) return true;
  const { folder } = plan.recipe.model;
  const [student, teacher] = [parametersOf(program, own, folder), teacherParameters(program, start)];
  if (student === undefined || teacher === undefined || student < teacher) return true;
  program.report("student-larger", { student, teacher, model: start }, here);
  return false;
}

/** Parameters of the base that a model begins from, where it is known. */
function teacherParameters(program: Program, start: string): number | undefined {
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  const base = draft?.given.get("base");
  const name = base?.value;
  const below = recordOf(name)["model"];
  if (typeof below === "string") return teacherParameters(program, below);
  if (!base || typeof name !== "string") return undefined;
  return parametersOf(program, name, program.folderAt(base.span));
}
function parametersOf(program: Program, name: string, folder: string): number | undefined {
  const fact = program.ask({ about: "base", name, folder }, true);
  return fact && !failed(fact) ? fact.parameters : undefined;
}

/** What tells the weights of a name; undefined: nothing is known of them. */
function startHash(program: Program, name: string): string | undefined {
  const run = program.runs.get(name);
  if (run?.here && run.recipeHash !== undefined) return run.recipeHash;
  const draft = program.names.get(name)?.draft;
  const loaded = draft && !run && runOf(program, draft.given);
  return loaded && !failed(loaded) ? loaded.recipeHash : program.outside.trained[name];
}
