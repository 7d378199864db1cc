/**
 * The trainings of a complete notebook in its current text. Cells are read in order, and each training uses the meaning
 * its names have at that point. Nothing needs to have run; unknown facts are omitted.
 */
import type { Diagnostic } from "../language/diagnostics/diagnostic.js";
import { Program, type DefinitionDraft, type NamedTraining } from "../compiler/plan/program.js";
import type { GivenValue, DataPlan, Value } from "../language/types/value.js";
import { Reporter } from "../language/diagnostics/reporter.js";
import type { Source, SourceId } from "../language/diagnostics/span.js";
import { splitNames } from "../compiler/checks/world.js";
import { beginSource, endSource, readSilently, readStatement } from "../compiler/program/compile.js";
import { resolveData, resolveModel, resolveRecipe } from "../compiler/plan/definitions.js";
import type { ResolvedPlan, ResolvedModel } from "../compiler/plan/resolved.js";
import { knownDataFacts } from "../compiler/plan/bases/known-data.js";
import type { DataFacts } from "../language/types/facts.js";
import type { Action } from "../compiler/plan/action.js";
import type { RecipePlan } from "../compiler/plan/plan.js";
import { planTraining } from "../compiler/drafts/plan-training.js";
import { trainingSettingsOf } from "../compiler/drafts/settings.js";
import { type PlannedTraining } from "../compiler/drafts/training-request.js";
import type { Statement } from "../language/syntax/tree.js";
import type { AssistContext } from "./items.js";

export interface PlacedStatement {
  readonly statement: Statement;
  readonly source: Source;
}
/** Resolved parts of a definition or training, as far as they are known. */
export interface ResolvedTrainingParts {
  readonly data?: {
    readonly draft: DefinitionDraft;
    readonly plan: ResolvedPlan<DataPlan>;
    readonly facts?: DataFacts;
  };
  readonly model?: { readonly draft: DefinitionDraft; readonly plan: ResolvedModel };
  readonly recipe?: { readonly draft: DefinitionDraft | null; readonly plan: ResolvedPlan<RecipePlan> };
}
export interface TrainingStatement extends PlacedStatement, ResolvedTrainingParts {
  /** Name of the trained model. */
  readonly name: string;
  readonly settings: ReadonlyMap<string, GivenValue>;
  /** Complete plan; set only if data, base and machine are known and there are no errors. */
  readonly planned?: PlannedTraining;
  readonly sweep?: Extract<Action, { verb: "sweep" }>["sweep"];
  readonly evaluations: readonly (PlacedStatement & { readonly action: Extract<Action, { verb: "evaluate" }> })[];
}
export interface DefinitionStatement extends PlacedStatement, ResolvedTrainingParts {
  readonly draft: DefinitionDraft;
}
export interface NotebookTrainings {
  readonly program: Program;
  readonly trainings: readonly TrainingStatement[];
  readonly definitions: readonly DefinitionStatement[];
  /** All statements in cell order. */
  readonly statements: readonly PlacedStatement[];
  readonly diagnostics: readonly Diagnostic[];
  /** Ids of the cells in order. */
  readonly cells: readonly SourceId[];
}

/** Reads the trainings of a notebook. `only` requests facts, including data and base, for this statement alone. */
export function readTrainings(
  cells: readonly Source[],
  context: AssistContext,
  only?: PlacedStatement,
): NotebookTrainings {
  const { registry, facts, outside, earlier } = context;
  const program = new Program(registry, facts, only ? "run" : "assist", outside);
  for (const source of earlier) readSilently(program, source);
  const trainings: TrainingStatement[] = [];
  const definitions: DefinitionStatement[] = [];
  const statements: PlacedStatement[] = [];
  const diagnostics: Diagnostic[] = [];
  const reading = (): NotebookTrainings => ({
    program,
    trainings,
    definitions,
    statements,
    diagnostics,
    cells: cells.map((cell) => cell.id),
  });
  for (const source of cells) {
    for (const statement of beginSource(program, source, only !== undefined)) {
      const placed = { statement, source };
      const wanted = only?.source.id === source.id && only.statement.span.start === statement.span.start;
      program.silent = only !== undefined && !wanted;
      statements.push(placed);
      const [before, acts] = [new Map(program.runs), program.actions.length];
      readStatement(program, statement);
      const actions = program.actions.slice(acts);
      aside(program, () => {
        trainings.push(...trainingsOf(program, placed, before, actions));
        const definition = definitionOf(program, placed);
        if (definition) definitions.push(definition);
      });
      for (const action of actions) if (action.verb === "evaluate") evaluated(trainings, placed, action);
      if (wanted) return reading();
    }
    endSource(program);
    diagnostics.push(...program.reporter.diagnostics);
  }
  return reading();
}

/** Runs a check whose diagnostics are reported elsewhere, and discards them. */
function aside(program: Program, look: () => void): void {
  const { reporter } = program;
  program.reporter = new Reporter();
  look();
  program.reporter = reporter;
}

function trainingsOf(
  program: Program,
  placed: PlacedStatement,
  before: ReadonlyMap<string, NamedTraining>,
  actions: readonly Action[],
): readonly TrainingStatement[] {
  const { statement } = placed;
  const verb = statement.verb.text;
  if (verb === "sweep") {
    const run = sweptRun(program, statement);
    const swept = actions.find((action) => action.verb === "sweep");
    return run ? [training(program, placed, run.model.name, run, swept && { sweep: swept.sweep })] : [];
  }
  if (verb !== "train") return [];
  return [...program.runs]
    .filter(([name, run]) => before.get(name) !== run && (run.fold === undefined || run.folds) && run.seeded !== true)
    .map(([name, run]) => training(program, placed, name, run, {}));
}

function training(
  program: Program,
  placed: PlacedStatement,
  name: string,
  run: NamedTraining,
  more: Partial<TrainingStatement> = {},
): TrainingStatement {
  const settings = trainingSettingsOf(program, run);
  const here = placed.statement.verb.span;
  const parts = partsOf(program, run, settings);
  const places = { modelAt: here, dataAt: here, here };
  const planned =
    run.model.broken || run.data.broken
      ? undefined
      : planTraining(program, {
          model: run.model,
          data: run.data,
          settings,
          run: name,
          ...(run.repeats !== undefined && { repeats: { count: run.repeats, span: here } }),
          ...places,
        });
  return { ...placed, ...parts, name, settings, ...(planned && { planned }), evaluations: [], ...more };
}

function partsOf(
  program: Program,
  run: NamedTraining,
  settings: ReadonlyMap<string, GivenValue>,
): ResolvedTrainingParts {
  const data = dataPart(program, run.data);
  const model = modelPart(program, run.model, data?.plan.plan);
  const validation =
    (data && splitNames(program, data.plan.plan, data.facts)?.includes("validation")) === true &&
    data?.facts?.splits["validation"]?.rows !== 0;
  const known: Record<string, Value> | undefined = model && {
    task: model.plan.plan.task,
    technique: model.plan.plan.technique,
    base: model.plan.plan.base,
    ...(model.plan.plan.scratch && { scratch: true }),
  };
  const recipe = resolveRecipe(program, settings, run.model.span, {
    ...(known && { model: known }),
    validation,
    data: data?.facts ? { labels: data.facts.labels } : {},
    base: model?.plan.base,
  });
  return { ...(data && { data }), ...(model && { model }), recipe: { draft: run.recipe, plan: recipe } };
}
function dataPart(program: Program, draft: DefinitionDraft): ResolvedTrainingParts["data"] {
  const plan = resolveData(program, draft, draft.span);
  if (!plan) return undefined;
  const facts = knownDataFacts(program, plan.plan);
  return { draft, plan, ...(facts && { facts }) };
}
function modelPart(
  program: Program,
  draft: DefinitionDraft,
  data: DataPlan | undefined,
): ResolvedTrainingParts["model"] {
  const plan = resolveModel(program, draft, draft.span, data ?? null);
  return plan && { draft, plan };
}

/** Returns the training that a sweep varies. */
function sweptRun(program: Program, { operands, clauses }: Statement): NamedTraining | undefined {
  const draft = (operand: Statement["operands"][number] | undefined): DefinitionDraft | undefined =>
    operand?.is === "word" ? program.names.get(operand.text)?.draft : undefined;
  const after = (connector: string) => draft(clauses.find((c) => c.connector.text === connector)?.operands[0]);
  const [model, data, recipe] = [draft(operands[0]), after("on"), after("with")];
  return model?.is === "model" && data?.is === "data"
    ? { model, data, recipe: recipe ?? null, ownSettings: new Map(), here: true }
    : undefined;
}

function definitionOf(program: Program, placed: PlacedStatement): DefinitionStatement | undefined {
  const [operand] = placed.statement.operands;
  const named = operand?.is === "word" ? program.names.get(operand.text) : undefined;
  const { draft } = named ?? {};
  if (!draft || draft.is !== placed.statement.verb.text || named?.source !== placed.source.id) return undefined;
  if (draft.is === "data") {
    const data = dataPart(program, draft);
    return { ...placed, draft, ...(data && { data }) };
  }
  if (draft.is === "model") {
    const model = modelPart(program, draft, undefined);
    return { ...placed, draft, ...(model && { model }) };
  }
  const plan = draft.broken ? undefined : resolveRecipe(program, draft.given, draft.span, { validation: false });
  return { ...placed, draft, ...(plan && { recipe: { draft, plan } }) };
}

function evaluated(
  trainings: TrainingStatement[],
  placed: PlacedStatement,
  action: Extract<Action, { verb: "evaluate" }>,
): void {
  for (const name of action.names) {
    const index = trainings.findLastIndex((one) => one.name === name);
    const found = trainings[index];
    if (found) trainings[index] = { ...found, evaluations: [...found.evaluations, { ...placed, action }] };
  }
}

export interface Cursor {
  readonly source: SourceId;
  readonly offset: number;
}
/**
 * Returns the statement to show for a cursor. In order: the training there, the training that uses the definition
 * there, an untrained definition, the nearest training before, the first training.
 */
export function focusedStatement(
  reading: NotebookTrainings,
  cursor: Cursor | null,
): TrainingStatement | DefinitionStatement | undefined {
  const { trainings, definitions, statements } = reading;
  if (!cursor) return trainings.at(-1) ?? definitions.at(-1);
  const under = statements.find((one) => one.source.id === cursor.source && holds(one, cursor.offset));
  const matching = trainings.filter((one) => one.statement === under?.statement);
  if (matching[0]) return matching[0];
  const definition = definitions.find((one) => one.statement === under?.statement);
  if (definition) {
    const uses = ({ data, model, recipe }: TrainingStatement): boolean =>
      [data?.draft, model?.draft, recipe?.draft].includes(definition.draft);
    return trainings.find(uses) ?? definition;
  }
  const evaluating = trainings.find((one) => one.evaluations.some((e) => e.statement === under?.statement));
  if (evaluating) return evaluating;
  const turn = (source: SourceId): number => reading.cells.indexOf(source);
  const reached = ({ source, statement }: PlacedStatement): boolean =>
    turn(source.id) < turn(cursor.source) || (source.id === cursor.source && statement.span.start <= cursor.offset);
  return trainings.findLast(reached) ?? trainings[0] ?? definitions.findLast(reached) ?? definitions.at(-1);
}
/** Tests whether an offset is on the statement's lines, including text after it on the last line. */
function holds({ statement, source }: PlacedStatement, offset: number): boolean {
  const line = source.text.indexOf("\n", statement.span.end);
  return statement.span.start <= offset && offset <= (line < 0 ? source.text.length : line);
}
