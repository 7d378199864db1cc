/**
 * `update`: a trained model goes on learning from one data set after another. Each is a training of its own, a stage, whose
 * recipe says what it went on from; the name after `as` has the weights of the last, `NAME_1` and so on those of each.
 */
import type { Header } from "../../language/types/header.js";
import { keysOf } from "../../language/types/keys.js";
import type { Draft, Program, Run, Updating } from "../plan/program.js";
import type { Given } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Operand } from "../../language/syntax/tree.js";
import { fill } from "../plan/defaults.js";
import { parametersOf } from "../plan/definitions.js";
import { foldsWritten } from "../plan/folds.js";
import { hashOf } from "../plan/hash.js";
import { repeatName } from "../plan/repeats.js";
import { act, nameOf } from "../statement/run-action.js";
import { draftOf, namesTaken, trainedName } from "../drafts/names.js";
import { holdsAll, keepsRows, strategyOf, STRATEGY } from "../drafts/update/strategies.js";
import { checkDuration } from "../drafts/settings.js";
import { type Planned } from "../drafts/training-request.js";
import { planStage } from "../drafts/update/draft-update.js";

/** Keys of the statement that are no settings of the recipe. */
const FORGET = "forget";
const FORGETTING = "forgetting";
const OF_STATEMENT: readonly string[] = [STRATEGY, FORGET, FORGETTING];

export function update(program: Program, header: Header): void {
  const { clauses, statement, verb } = header;
  const [operand] = header.operands;
  const start = operand && trainedName(program, operand, "update");
  const onto = clauses.get("on")?.operands ?? [];
  const datas = onto.map((one) => draftOf(program, one, "data", "on"));
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const entries = statement.block?.entries ?? [];
  const parameters = [...verb.parameters, ...parametersOf(program, "recipe")];
  const own = keysOf(program, entries, verb, parameters, new Map(recipe?.given));
  const keys = entries.map(({ key }) => key.path[0] ?? key.text);
  checkDuration(program, own.given, keys, statement.verb.span);
  const strategy = strategyOf(program, header, own.given);
  const forget = textsIn(program, header, own.given);
  const as = nameOf(clauses.get("as")?.operands[0]);
  const names = as ? stageNames(as.text, datas.length) : [];
  const taken = as !== undefined && namesTaken(program, as, { names, start, over: "update-over-start" });
  if (as && !taken) for (const name of [...names, as.text]) program.define(name, as.span, { is: "run" });
  const model = start === undefined ? undefined : modelOf(program, start);
  const whole = datas.filter((one) => one !== undefined);
  const sound = header.sound && !own.broken && !taken && recipe !== undefined && strategy !== undefined;
  if (
    !sound ||
    !as ||
    start === undefined ||
    !model ||
    whole.length < datas.length ||
    !undivided(program, whole, onto)
  ) {
    for (const name of as ? [...names, as.text] : []) program.tried.add(name);
    return;
  }
  const settings = new Map([...own.given].filter(([key]) => keys.includes(key) && !OF_STATEMENT.includes(key)));
  const earlier = lineageOf(program, start);
  const began = program.runs.get(start);
  const line = began ? lineOf(began) : [];
  const stages = whole.map((data, i): Stage => {
    const before = whole.slice(0, i);
    const updating = {
      start,
      strategy,
      before,
      lineage: [...earlier, ...before.map(() => strategy)],
      line: [...line, ...before.map((one) => ({ data: one, strategy }))],
      ...(forget.length > 0 && { forget: hashOf(forget) }),
    };
    return { name: names[i] ?? as.text, data, at: onto[i]?.span ?? statement.span, updating };
  });
  const begunBest = began?.begunBest ?? began?.best;
  const run = { model, recipe, own: settings, ...(begunBest && { begunBest }) };
  const at = { modelAt: operand?.span ?? statement.span, strategyAt: own.given.get(STRATEGY)?.span };
  const untold = own.given.get(FORGETTING)?.value === false;
  planStages(program, header, { stages, run, forget, untold, name: as.text, ...at });
}

interface Stage {
  readonly name: string;
  readonly data: Draft;
  readonly at: Span;
  readonly updating: Updating;
}

/** What each stage's model is called. */
const stageNames = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => repeatName(name, i + 1));

function planStages(
  program: Program,
  header: Header,
  o: {
    readonly stages: readonly Stage[];
    readonly forget: readonly string[];
    readonly untold: boolean;
    readonly run: Pick<Run, "model" | "recipe" | "own" | "begunBest">;
    readonly name: string;
    readonly modelAt: Span;
    readonly strategyAt: Span | undefined;
  },
): void {
  const { run } = o;
  const done: (Planned & { readonly name: string })[] = [];
  const { statement } = header;
  if (run.recipe) program.require(run.recipe.needs);
  for (const { name, data, at, updating } of o.stages) {
    const planned = program.silent
      ? undefined
      : planStage(program, { ...run, data, update: updating, before: done.map(({ plan }) => plan) }, name, {
          modelAt: o.modelAt,
          dataAt: at,
          here: statement.verb.span,
          strategyAt: o.strategyAt,
          statement: { block: statement.block?.span, end: statement.span.end },
        });
    const recipeHash = planned?.plan.recipeHash;
    const known: Run = {
      ...run,
      data,
      update: updating,
      here: !program.silent,
      ...(recipeHash !== undefined && { recipeHash }),
    };
    program.runs.set(name, known);
    program.runs.set(o.name, known);
    if (planned) done.push({ ...planned, name });
  }
  const [first] = done;
  if (!first || done.length < o.stages.length) return;
  const place = o.strategyAt ?? statement.verb.span;
  if (!holdsAll(program, first.plan.recipe, place)) return;
  const recipes = done.map(({ plan }) => plan.recipe);
  if (!keepsRows(program, recipes, place)) return;
  const start = o.stages[0]?.updating.start ?? "";
  act(program, header, "update", {
    name: o.name,
    start,
    resume: first.resume,
    stages: done.map(({ name, plan }) => ({ name, plan })),
    ...(o.forget.length > 0 && { forget: o.forget }),
    ...(o.untold && { forgetting: false as const }),
    ...(!o.strategyAt && { usual: true as const }),
  });
}

/** The definition of the model that was trained under a name. */
const modelOf = (program: Program, name: string): Draft | undefined =>
  program.runs.get(name)?.model ?? program.names.get(name)?.draft;

/** Strategies of the stages that a name's weights come from. */
function lineageOf(program: Program, name: string): Updating["lineage"] {
  const update = program.runs.get(name)?.update;
  return update ? [...update.lineage, update.strategy] : [];
}

const lineOf = ({ data, update }: Run): Updating["line"] => [
  ...(update?.line ?? []),
  { data, strategy: update?.strategy ?? [] },
];

/** Texts that shall be forgotten, sorted. */
function textsIn(program: Program, { statement, verb }: Header, given: ReadonlyMap<string, Given>): readonly string[] {
  const own = verb.parameters.filter(({ name }) => name === FORGET);
  const { values } = fill(program, own, given, "", { here: statement.verb.span });
  const texts = values[FORGET];
  return Array.isArray(texts) ? texts.filter((one) => typeof one === "string").toSorted() : [];
}

/** Each stage is one training. */
function undivided(program: Program, datas: readonly Draft[], onto: readonly Operand[]): boolean {
  const folded = datas.findIndex((data) => foldsWritten(program, data) !== null);
  const at = onto[folded]?.span;
  if (folded < 0 || !at) return true;
  program.report("update-of-folds", { data: datas[folded]?.name ?? "" }, at);
  return false;
}
