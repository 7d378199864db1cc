/**
 * `compress`: makes a smaller model from a trained one in steps: distillation into a student, pruning, quantization.
 * Each step is a training whose base is made from the step before. The name after `as` is that of the last step.
 */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, NamedTraining, Program } from "../plan/program.js";
import type { Call, GivenValue } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { CompressKey } from "../plan/actions/compress-actions.js";
import type { PlannedCompressStage } from "../plan/action.js";
import { fillDefaults } from "../plan/defaults.js";
import type { Operand } from "../../language/syntax/tree.js";
import { isCall, verbParametersOf, resolveData } from "../plan/definitions.js";
import type { CompressionCapabilities } from "../../language/types/capabilities/learning.js";
import { addAction, operandName } from "../statement/run-action.js";
import { planCompressStage, studentDraft } from "../drafts/plan-compression.js";
import { isBaseline, readBaseline } from "../evaluate/contenders.js";
import { areNamesTaken, draftOf } from "../drafts/names.js";
import { resolveTrainedName } from "../drafts/trained-names.js";
import { checkEpochsOrSteps } from "../drafts/settings.js";

/**
 * Keys of the statement that are steps rather than recipe settings, in step order, and the name of each step's model.
 */
const STAGES: readonly (readonly [key: CompressKey, called: string])[] = [
  ["distill", "distilled"],
  ["sparsify", "pruned"],
  ["quantize", "quantized"],
];

export function compileCompress(program: Program, header: StatementHeader): void {
  const { clauses, statement, verb } = header;
  const [operand] = header.operands;
  const onto = clauses.get("on")?.operands ?? [];
  const datas = onto.map((one) => draftOf(program, one, "data", "on"));
  const teacher = operand && taughtBy(program, operand, datas[0]);
  const start =
    teacher === undefined ? operand && resolveTrainedName(program, operand, "compress") : (teacher?.name ?? undefined);
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const entries = statement.block?.entries ?? [];
  const parameters = [...verb.parameters, ...verbParametersOf(program, "recipe")];
  const ownKeys = readKeys(program, entries, verb, parameters, new Map(recipe?.given));
  const keys = entries.map(({ key }) => key.path[0] ?? key.text);
  checkEpochsOrSteps(program, ownKeys.given, keys, statement.verb.span);
  const settings = new Map([...ownKeys.given].filter(([key]) => keys.includes(key) && !isStage(key)));
  const broken = ownKeys.broken || statement.block?.broken === true || !header.sound || recipe === undefined;
  const stages = broken ? undefined : stagesIn(program, header, ownKeys.given);
  const as = operandName(clauses.get("as")?.operands[0]);
  const wanted = stages && as ? named(stages, as.text) : [];
  const taken =
    as !== undefined &&
    areNamesTaken(program, as, { names: wanted.map(({ name }) => name), start, over: "compress-over-start" });
  if (as && !taken) for (const { name } of wanted) program.define(name, as.span, { is: "run" });
  const whole = datas.filter((one) => one !== undefined);
  const sound = as && !taken && start !== undefined && whole.length === datas.length && wanted.length > 0;
  const long = sound && (recipe !== null || settings.size > 0 || !demandLong(program, wanted, statement.verb.span));
  const first = whole[0];
  if (!sound || !long || !first) {
    for (const name of as ? [...wanted.map((one) => one.name), as.text] : []) program.tried.add(name);
    return;
  }
  if (ownKeys.given.has("privacy")) {
    program.reportNear("compress-private", { start }, ownKeys.given.get("privacy")?.span, statement.verb.span);
    for (const { name } of wanted) program.tried.add(name);
    return;
  }
  if (recipe) program.require(recipe.needs);
  const run = { data: first, recipe: recipe ?? null, ownSettings: settings };
  planStages(program, header, {
    stages: wanted,
    run,
    start,
    unlabelled: whole.slice(1),
    name: as.text,
    ...(teacher && { teacher }),
    modelAt: operand?.span ?? statement.span,
    dataAt: onto.map(({ span }) => span),
  });
}

/** A teacher that was not trained in this program, and its task. */
interface Teacher {
  readonly name: string;
  readonly contender: { readonly call: Call; readonly folder: string };
  readonly task: Call;
}

/** Undefined: the operand names a model. Null: an error was reported. */
function taughtBy(program: Program, operand: Operand, data: DefinitionDraft | undefined): Teacher | null | undefined {
  if (!isBaseline(program, operand) || operand.path.length > 1) return undefined;
  const plan = data && resolveData(program, data, operand.span)?.plan;
  const task = program.registry.ofKind("task").find(({ capabilities }) => capabilities?.decides === "one");
  if (!data || !plan || !task) return null;
  const call: Call = { kind: "task", word: task.name, arguments: {} };
  const subject = { subject: { data: plan, split: null }, draft: data };
  const found = readBaseline(program, operand, { model: "", task: call, subjects: [subject], here: operand.span });
  if (!found || !("call" in found.contender)) return null;
  return { name: found.brief ?? found.name, contender: found.contender, task: call };
}

const isStage = (key: string): boolean => STAGES.some(([stageKey]) => stageKey === key);

interface Stage {
  readonly key: CompressKey;
  readonly call: Call;
  readonly span: Span;
}

/** Returns the steps in their order; undefined if an error was reported. */
function stagesIn(
  program: Program,
  { statement, verb, operands }: StatementHeader,
  given: ReadonlyMap<string, GivenValue>,
): readonly Stage[] | undefined {
  const stageParameters = verb.parameters.filter(({ name }) => isStage(name) && given.has(name));
  const errors = program.reporter.diagnostics.length;
  const { values } = fillDefaults(program, stageParameters, given, "", { here: statement.verb.span });
  if (program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error")) return undefined;
  const stages = STAGES.flatMap(([key]): readonly Stage[] => {
    const call = values[key];
    return isCall(call) ? [{ key, call, span: given.get(key)?.span ?? statement.verb.span }] : [];
  });
  const model = operandName(operands[0])?.text ?? "";
  if (stages.length === 0) program.report("nothing-to-compress", { model }, statement.verb.span);
  return stages.length > 0 ? stages : undefined;
}

/** Names the steps: the last has the statement's name, earlier ones are named after what they do. */
function named(stages: readonly Stage[], name: string): readonly (Stage & { readonly name: string })[] {
  return stages.map((stage, i) => {
    const called = STAGES.find(([key]) => key === stage.key)?.[1] ?? "";
    return { ...stage, name: i === stages.length - 1 ? name : `${name}_${called}` };
  });
}

/** @returns whether a step is trained without a given duration */
function demandLong(program: Program, stages: readonly Stage[], here: Span): boolean {
  const trained = stages.find(({ call }) => saysOf(program, call)?.isTrained === true);
  if (trained) program.report("distill-without-recipe", { stage: trained.call.word }, here);
  return trained !== undefined;
}

function saysOf(program: Program, { kind, word }: Call): CompressionCapabilities | undefined {
  return program.registry.find(kind as "student", word)?.capabilities;
}

function planStages(
  program: Program,
  header: StatementHeader,
  options: {
    readonly stages: readonly (Stage & { readonly name: string })[];
    readonly run: Pick<NamedTraining, "data" | "recipe" | "ownSettings">;
    readonly start: string;
    readonly teacher?: Teacher;
    readonly unlabelled: readonly DefinitionDraft[];
    readonly name: string;
    readonly modelAt: Span;
    readonly dataAt: readonly Span[];
  },
): void {
  const { statement } = header;
  const done: PlannedCompressStage[] = [];
  let resume = false;
  let start = options.start;
  for (const [i, { name, key, call, span }] of options.stages.entries()) {
    const unlabelled = i === 0 ? options.unlabelled : [];
    const teacher = i === 0 ? options.teacher : undefined;
    const model = studentDraft(program, { start, name, call, span, task: teacher?.task });
    if (!model) {
      for (const rest of options.stages.slice(i)) program.tried.add(rest.name);
      return;
    }
    const compress = { start, stage: call, unlabelled, ...(teacher && { teacher: teacher.contender }) };
    const run = { ...options.run, model, compress };
    // A step without a plan (an error, or a missing fact) leaves the later steps unplanned, and all of them known.
    const planned =
      program.silent || done.length < i
        ? undefined
        : planCompressStage(program, run, name, {
            modelAt: options.modelAt,
            dataAt: options.dataAt,
            stageAt: span,
            here: statement.verb.span,
            statement: { block: statement.block?.span, end: statement.span.end },
          });
    const recipeHash = planned?.plan.recipeHash;
    program.runs.set(name, { ...run, here: !program.silent, ...(recipeHash !== undefined && { recipeHash }) });
    if (planned) {
      resume = planned.resume;
      done.push({ name, start, key, plan: planned.plan });
    }
    start = name;
  }
  if (done.length < options.stages.length) return;
  addAction(program, header, "compress", { name: options.name, start: options.start, stages: done, resume });
}
