/**
 * `compress`: a smaller model is made of a trained one, in stages: a student learns from it, parts are taken out, numbers get
 * fewer bits. Each is a training of its own whose base is made of the one before; the name after `as` is the last one's.
 */
import type { Header } from "../../language/types/header.js";
import { keysOf } from "../../language/types/keys.js";
import type { Draft, Program, Run } from "../plan/program.js";
import type { Given } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { CompressKey } from "../plan/actions/compress-actions.js";
import type { CompressStage } from "../plan/action.js";
import { fill } from "../plan/defaults.js";
import type { Operand } from "../../language/syntax/tree.js";
import { isCall, parametersOf, resolveData } from "../plan/definitions.js";
import type { StageCapabilities } from "../../language/types/capabilities/learning.js";
import type { Call } from "../../language/types/value.js";
import { act, nameOf } from "../statement/run-action.js";
import { planCompressed, studentDraft } from "../drafts/draft-compression.js";
import { contenderOf, isContender } from "../evaluate/contenders.js";
import { draftOf, namesTaken, trainedName } from "../drafts/names.js";
import { checkDuration } from "../drafts/settings.js";

/** Keys of the statement that are no settings of the recipe, in the order of their stages, and what such a stage's model is called. */
const STAGES: readonly (readonly [key: CompressKey, called: string])[] = [
  ["distill", "distilled"],
  ["sparsify", "pruned"],
  ["quantize", "quantized"],
];

export function compress(program: Program, header: Header): void {
  const { clauses, statement, verb } = header;
  const [operand] = header.operands;
  const onto = clauses.get("on")?.operands ?? [];
  const datas = onto.map((one) => draftOf(program, one, "data", "on"));
  const asked = operand && taughtBy(program, operand, datas[0]);
  const start = asked === undefined ? operand && trainedName(program, operand, "compress") : (asked?.name ?? undefined);
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const entries = statement.block?.entries ?? [];
  const parameters = [...verb.parameters, ...parametersOf(program, "recipe")];
  const own = keysOf(program, entries, verb, parameters, new Map(recipe?.given));
  const keys = entries.map(({ key }) => key.path[0] ?? key.text);
  checkDuration(program, own.given, keys, statement.verb.span);
  const settings = new Map([...own.given].filter(([key]) => keys.includes(key) && !isStage(key)));
  const broken = own.broken || statement.block?.broken === true || !header.sound || recipe === undefined;
  const stages = broken ? undefined : stagesIn(program, header, own.given);
  const as = nameOf(clauses.get("as")?.operands[0]);
  const wanted = stages && as ? named(stages, as.text) : [];
  const taken =
    as !== undefined &&
    namesTaken(program, as, { names: wanted.map(({ name }) => name), start, over: "compress-over-start" });
  if (as && !taken) for (const { name } of wanted) program.define(name, as.span, { is: "run" });
  const whole = datas.filter((one) => one !== undefined);
  const sound = as && !taken && start !== undefined && whole.length === datas.length && wanted.length > 0;
  const long = sound && (recipe !== null || settings.size > 0 || !demandLong(program, wanted, statement.verb.span));
  const first = whole[0];
  if (!sound || !long || !first) {
    for (const name of as ? [...wanted.map((one) => one.name), as.text] : []) program.tried.add(name);
    return;
  }
  if (own.given.has("privacy")) {
    program.reportNear("compress-private", { start }, own.given.get("privacy")?.span, statement.verb.span);
    for (const { name } of wanted) program.tried.add(name);
    return;
  }
  if (recipe) program.require(recipe.needs);
  const run = { data: first, recipe: recipe ?? null, own: settings };
  planStages(program, header, {
    stages: wanted,
    run,
    start,
    unlabelled: whole.slice(1),
    name: as.text,
    ...(asked && { teacher: asked }),
    modelAt: operand?.span ?? statement.span,
    dataAt: onto.map(({ span }) => span),
  });
}

/** What a student learns of that was not trained here, and the task that it does. */
interface Teacher {
  readonly name: string;
  readonly contender: { readonly call: Call; readonly folder: string };
  readonly task: Call;
}

/** Undefined: the operand names a model; null: what is wrong was said. */
function taughtBy(program: Program, operand: Operand, data: Draft | undefined): Teacher | null | undefined {
  if (!isContender(program, operand) || operand.path.length > 1) return undefined;
  const plan = data && resolveData(program, data, operand.span)?.plan;
  const task = program.registry.ofKind("task").find(({ capabilities }) => capabilities?.decides === "one");
  if (!data || !plan || !task) return null;
  const call: Call = { kind: "task", word: task.name, arguments: {} };
  const subject = { subject: { data: plan, split: null }, draft: data };
  const found = contenderOf(program, operand, { model: "", task: call, subjects: [subject], here: operand.span });
  if (!found || !("call" in found.contender)) return null;
  return { name: found.brief ?? found.name, contender: found.contender, task: call };
}

const isStage = (key: string): boolean => STAGES.some(([own]) => own === key);

interface Stage {
  readonly key: CompressKey;
  readonly call: Call;
  readonly at: Span;
}

/** In their order. Undefined: what is wrong was said. */
function stagesIn(
  program: Program,
  { statement, verb, operands }: Header,
  given: ReadonlyMap<string, Given>,
): readonly Stage[] | undefined {
  const own = verb.parameters.filter(({ name }) => isStage(name) && given.has(name));
  const errors = program.reporter.diagnostics.length;
  const { values } = fill(program, own, given, "", { here: statement.verb.span });
  if (program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error")) return undefined;
  const stages = STAGES.flatMap(([key]): readonly Stage[] => {
    const call = values[key];
    return isCall(call) ? [{ key, call, at: given.get(key)?.span ?? statement.verb.span }] : [];
  });
  const model = nameOf(operands[0])?.text ?? "";
  if (stages.length === 0) program.report("nothing-to-compress", { model }, statement.verb.span);
  return stages.length > 0 ? stages : undefined;
}

/** The last has the statement's name, those before it that of what they do. */
function named(stages: readonly Stage[], name: string): readonly (Stage & { readonly name: string })[] {
  return stages.map((stage, i) => {
    const called = STAGES.find(([key]) => key === stage.key)?.[1] ?? "";
    return { ...stage, name: i === stages.length - 1 ? name : `${name}_${called}` };
  });
}

/** @returns whether one of them is trained and nothing says how long */
function demandLong(program: Program, stages: readonly Stage[], here: Span): boolean {
  const trained = stages.find(({ call }) => saysOf(program, call)?.trains === true);
  if (trained) program.report("distill-without-recipe", { stage: trained.call.word }, here);
  return trained !== undefined;
}

function saysOf(program: Program, { kind, word }: Call): StageCapabilities | undefined {
  return program.registry.find(kind as "student", word)?.capabilities;
}

function planStages(
  program: Program,
  header: Header,
  o: {
    readonly stages: readonly (Stage & { readonly name: string })[];
    readonly run: Pick<Run, "data" | "recipe" | "own">;
    readonly start: string;
    readonly teacher?: Teacher;
    readonly unlabelled: readonly Draft[];
    readonly name: string;
    readonly modelAt: Span;
    readonly dataAt: readonly Span[];
  },
): void {
  const { statement } = header;
  const done: CompressStage[] = [];
  let resume = false;
  let start = o.start;
  for (const [i, { name, key, call, at }] of o.stages.entries()) {
    const unlabelled = i === 0 ? o.unlabelled : [];
    const teacher = i === 0 ? o.teacher : undefined;
    const model = studentDraft(program, { start, name, call, at, task: teacher?.task });
    if (!model) {
      for (const rest of o.stages.slice(i)) program.tried.add(rest.name);
      return;
    }
    const compress = { start, stage: call, unlabelled, ...(teacher && { teacher: teacher.contender }) };
    const run = { ...o.run, model, compress };
    // A stage without a plan (a mistake was told, or a fact is missing) leaves those after it unplanned, and all of them known.
    const planned =
      program.silent || done.length < i
        ? undefined
        : planCompressed(program, run, name, {
            modelAt: o.modelAt,
            dataAt: o.dataAt,
            stageAt: at,
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
  if (done.length < o.stages.length) return;
  act(program, header, "compress", { name: o.name, start: o.start, stages: done, resume });
}
