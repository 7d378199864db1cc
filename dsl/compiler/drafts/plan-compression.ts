/** Plans of the steps of `compress`, for new statements and for runs that already exist. */
import { countParametersWithHead, type ReferenceModel } from "../plan/estimates.js";
import { hashOf } from "../plan/hash.js";
import { STUDENT_KEY } from "../plan/bases/compressed-base.js";
import { isCall, recordOrEmpty, resolveData, resolveModel } from "../plan/definitions.js";
import { loadedRunOf } from "../plan/bases/loaded-base.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import type { Plan } from "../plan/plan.js";
import { dataReadingSettingsOf, type GivenValue, type Call, type Value } from "../../language/types/value.js";
import type { CompressDraft, DefinitionDraft, Program, NamedTraining } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { CompressionCapabilities, DistillationContext } from "../../language/types/capabilities/learning.js";
import { isFailedFact, type BaseFacts } from "../../language/types/facts.js";
import { Reporter } from "../../language/diagnostics/reporter.js";
import { requestDataFacts, checkTables } from "../checks/world.js";
import { planTraining } from "./plan-training.js";
import { trainingSettingsOf } from "./settings.js";
import { type PlannedTraining } from "./training-request.js";
import { isStreamed } from "../plan/streaming.js";

/** Keys that the smaller model takes from the larger one. */
const SAME: readonly string[] = ["task", "max_length", "template"];

const saysOf = (program: Program, { kind, word }: Call): CompressionCapabilities | undefined =>
  program.registry.find(kind as "student", word)?.capabilities;

/**
 * Builds the definition of a step's model: the task of its source model, with all weights trained or none. Undefined if
 * the source is unknown.
 */
export function studentDraft(
  program: Program,
  options: {
    readonly start: string;
    readonly name: string;
    readonly call: Call;
    readonly span: Span;
    /** Task of a student whose teacher was not trained in this program. */
    readonly task?: Call | undefined;
  },
): DefinitionDraft | undefined {
  const startDraft = options.task
    ? null
    : (program.runs.get(options.start)?.model ?? program.names.get(options.start)?.draft);
  if (startDraft === undefined) return undefined;
  const says = saysOf(program, options.call);
  const ownBase = says?.startBase?.(options.call) ?? null;
  if (!startDraft && ownBase === null) {
    const why = `\`${options.start}\` has no weights here that parts could be taken of`;
    program.report(
      "not-so-small",
      { stage: options.call.word, why, instead: `name a base: \`${options.call.word}(base: "…")\`` },
      options.span,
    );
    return undefined;
  }
  // A step without training leaves its base as it was made.
  const fitting = program.registry
    .ofKind("technique")
    .find(({ capabilities }) => (says?.isTrained ? capabilities?.trainsAll : capabilities?.trainsHeadOnly) === true);
  const base: Value = ownBase ?? { record: { model: options.start } };
  const technique: Value = { word: fitting?.name ?? "", kind: "technique", arguments: {} };
  const given = (value: Value): GivenValue => ({ value, span: options.span, from: "written", places: new Map() });
  const same = [...(startDraft?.given ?? [["task", given(options.task ?? null)] as const])].filter(([key]) =>
    SAME.includes(key),
  );
  return {
    is: "model",
    name: options.name,
    span: options.span,
    source: program.source,
    broken: startDraft?.broken ?? false,
    needs: startDraft?.needs ?? [],
    allowances: [],
    given: new Map([
      ...same,
      ["base", given(base)],
      ["technique", given(technique)],
      ...(ownBase === null ? [[STUDENT_KEY, given({ ...options.call })] as const] : []),
    ]),
  };
}

export interface CompressPlaces {
  readonly modelAt: Span;
  readonly dataAt: readonly Span[];
  readonly stageAt: Span;
  readonly here: Span;
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
}

/** Plans a step; its recipe names the model it is made from. */
export function planCompressStage(
  program: Program,
  run: Pick<NamedTraining, "model" | "recipe" | "ownSettings" | "data"> & { readonly compress: CompressDraft },
  name: string,
  places: CompressPlaces,
): PlannedTraining | undefined {
  const { model, data, recipe, compress } = run;
  const { stage, start } = compress;
  const { teacher } = compress;
  const originHash = teacher ? hashOf(teacher.call) : startHash(program, start);
  if (originHash === undefined || !demandTeachable(program, model, compress, places)) return undefined;
  const unlabelled = compress.unlabelled.map((draft, i) =>
    unlabelledOf(program, { draft, span: places.dataAt[i + 1] ?? places.here }, data),
  );
  if (unlabelled.some((one) => one === undefined)) return undefined;
  const known = unlabelled.filter((one) => one !== undefined);
  const plan: CompressPlan = {
    stage,
    of: originHash,
    ...(teacher && { teacher }),
    ...(known.length > 0 && { unlabelled: known }),
  };
  const larger = teacher ? undefined : largerOf(program, start, places.here);
  const beside = besideOf(program, { stage, larger, task: model.given.get("task")?.value ?? null });
  const planned = planTraining(program, {
    ...(beside && { beside }),
    ...(larger && { larger }),
    still: saysOf(program, stage)?.isTrained !== true,
    model,
    data,
    recipe,
    settings: trainingSettingsOf(program, run),
    run: name,
    compress: plan,
    modelAt: places.stageAt,
    dataAt: places.dataAt[0] ?? places.here,
    here: places.here,
    ...(places.statement && { statement: places.statement }),
    read:
      (saysOf(program, stage)?.startBase?.(stage) ?? null) === null && program.runs.get(start)?.data.name === data.name,
  });
  if (!planned || !isSmaller(program, planned, { start, stage }, places.stageAt)) return undefined;
  if (!larger) return planned;
  const { plan: whole } = planned;
  return {
    ...planned,
    plan: { ...whole, estimates: { ...whole.estimates, larger: withHead(program, whole, larger) } },
  };
}

/** Parameters of the larger model, including a head for the labels of the data. */
function withHead(program: Program, { recipe: { data, model } }: Plan, larger: BaseFacts): number {
  const facts = program.ask({ about: "data", data, base: dataReadingSettingsOf(model) }, true);
  const labels = facts === undefined || isFailedFact(facts) ? 0 : facts.labels.length;
  return countParametersWithHead(program, model.task, larger, labels);
}

/** Returns the larger model as a base; undefined if it is unknown. */
function largerOf(program: Program, start: string, here: Span): BaseFacts | undefined {
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  return draft && resolveModel(program, draft, here)?.base;
}

/** Returns what must be held of the larger model if it runs in the same program. */
function besideOf(
  program: Program,
  { stage, task, larger }: { readonly stage: Call; readonly task: Value; readonly larger: BaseFacts | undefined },
): ((student: BaseFacts) => ReferenceModel | null) | undefined {
  const says = saysOf(program, stage);
  if (!says?.teacherValues || !larger || !isCall(task)) return undefined;
  const has = program.registry.find("task", task.word)?.capabilities;
  const family = program.registry.find("model", larger.family)?.capabilities;
  return (student) => {
    const memory = says.teacherValues?.(stage, has, student, larger, family) ?? null;
    return memory && { base: larger, memory };
  };
}

/** Checks that the step can distill the task from another model. */
function demandTeachable(
  program: Program,
  student: DefinitionDraft,
  { stage, unlabelled, start }: CompressDraft,
  { stageAt, dataAt }: CompressPlaces,
): boolean {
  const task = student.given.get("task")?.value;
  const says = saysOf(program, stage);
  const [idle] = unlabelled;
  if (says && !says.refusal && idle) {
    program.report("unlabelled-unread", { data: idle.name, stage: stage.word }, dataAt[1] ?? stageAt);
    return false;
  }
  if (!isCall(task) || !says?.refusal) return true;
  const has = program.registry.find("task", task.word)?.capabilities;
  const bases = basesOf(program, start, student, stageAt);
  const reads = (says.startBase?.(stage) ?? null) === null || readsAlike(program, start, bases);
  const refused = says.refusal(stage, {
    taskCapabilities: has,
    unlabelled: unlabelled.length > 0,
    sharesTokenizer: reads,
    bases,
  });
  if (refused) program.report("distill-task", { task: task.word, ...refused }, stageAt);
  return !refused;
}

type Bases = NonNullable<DistillationContext["bases"]>;

/** Returns both bases as far as they are known. Errors are discarded, since each is reported where it is planned. */
function basesOf(program: Program, start: string, student: DefinitionDraft, here: Span): Bases {
  const { reporter } = program;
  program.reporter = new Reporter();
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  const teacherBase = draft && resolveModel(program, draft, here)?.base;
  const studentBase = resolveModel(program, student, here)?.base;
  program.reporter = reporter;
  return { own: studentBase, of: teacherBase };
}

/** Checks that teacher and student tokenize text equally. */
function readsAlike(program: Program, start: string, { own: studentBase, of: teacherBase }: Bases): boolean {
  if (!program.runs.get(start) && !program.names.get(start)?.draft) return false;
  // An unknown base is reported elsewhere.
  if (!teacherBase || !studentBase) return true;
  return (
    teacherBase.hash === studentBase.hash ||
    (teacherBase.tokens !== undefined && teacherBase.tokens === studentBase.tokens)
  );
}

/** Resolves unlabelled data, with the columns that the first data have besides their labels. Reports errors. */
function unlabelledOf(
  program: Program,
  { draft, span }: { readonly draft: DefinitionDraft; readonly span: Span },
  first: DefinitionDraft,
): NonNullable<CompressPlan["unlabelled"]>[number] | undefined {
  program.require(draft.needs);
  const data = resolveData(program, draft, span);
  const ownData = resolveData(program, first, span);
  if (!data || !ownData) return undefined;
  const { columns } = data.plan;
  const role = LABELS.find((one) => columns[one] !== undefined);
  if (role !== undefined) program.report("compress-labelled", { data: draft.name, role }, span);
  else if (Object.keys(ownData.plan.columns).some((one) => READ.includes(one) && columns[one] === undefined))
    program.report("unlabelled-unread", { data: draft.name }, span);
  else if (isStreamed(data.plan)) program.report("compress-streamed", { data: draft.name }, span);
  else if (checkTables(program, draft, data.plan, span)) {
    const facts = requestDataFacts(program, draft, data.plan, null, span);
    return facts && { data: data.plan, dataHash: facts.hash };
  }
  return undefined;
}
/** Label roles, and the roles that a model reads. */
const LABELS: readonly string[] = ["label", "labels"];
const READ: readonly string[] = ["text", "text_pair"];

/** Checks that the student is smaller; else reports `student-larger`. */
function isSmaller(
  program: Program,
  { plan }: PlannedTraining,
  { start, stage }: Pick<CompressDraft, "start" | "stage">,
  here: Span,
): boolean {
  const ownBase = saysOf(program, stage)?.startBase?.(stage) ?? null;
  if (ownBase === null) return true;
  const { folder } = plan.recipe.model;
  const [student, teacher] = [parametersOf(program, ownBase, folder), teacherParameters(program, start)];
  if (student === undefined || teacher === undefined || student < teacher) return true;
  program.report("student-larger", { student, teacher, model: start }, here);
  return false;
}

/** Returns the parameter count of a model's base, if it is known. */
function teacherParameters(program: Program, start: string): number | undefined {
  const draft = program.runs.get(start)?.model ?? program.names.get(start)?.draft;
  const base = draft?.given.get("base");
  const name = base?.value;
  const below = recordOrEmpty(name)["model"];
  if (typeof below === "string") return teacherParameters(program, below);
  if (!base || typeof name !== "string") return undefined;
  return parametersOf(program, name, program.folderAt(base.span));
}
function parametersOf(program: Program, name: string, folder: string): number | undefined {
  const fact = program.ask({ about: "base", name, folder }, true);
  return fact && !isFailedFact(fact) ? fact.parameters : undefined;
}

/** Returns the hash that identifies the weights of a name; undefined if they are unknown. */
function startHash(program: Program, name: string): string | undefined {
  const run = program.runs.get(name);
  if (run?.here && run.recipeHash !== undefined) return run.recipeHash;
  const draft = program.names.get(name)?.draft;
  const loaded = draft && !run && loadedRunOf(program, draft.given);
  return loaded && !isFailedFact(loaded) ? loaded.recipeHash : program.outside.trained[name];
}
