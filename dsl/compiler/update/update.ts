/**
 * `update`: a trained model continues training on one data set after another. Each task is a training whose recipe
 * names its start. The name after `as` has the weights of the last task, `NAME_1` and so on those of each.
 */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, NamedTraining, Program, UpdateDraft } from "../plan/program.js";
import type { GivenValue } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Operand } from "../../language/syntax/tree.js";
import { fillDefaults } from "../plan/defaults.js";
import { verbParametersOf } from "../plan/definitions.js";
import { writtenFoldCount } from "../plan/folds.js";
import { hashOf } from "../plan/hash.js";
import { repeatName } from "../plan/repeats.js";
import { addAction, operandName } from "../statement/run-action.js";
import { areNamesTaken, draftOf } from "../drafts/names.js";
import { resolveTrainedName } from "../drafts/trained-names.js";
import { checkReplayRows, checkStrategyNeeds, STRATEGY_KEY, strategyOf } from "../drafts/update/strategies.js";
import { checkEpochsOrSteps } from "../drafts/settings.js";
import type { PlannedTraining } from "../drafts/training-request.js";
import { planUpdateStage } from "../drafts/update/plan-update.js";

/** Keys of the statement that are not recipe settings. */
const FORGET = "forget";
const FORGETTING = "forgetting";
const OF_STATEMENT: readonly string[] = [STRATEGY_KEY, FORGET, FORGETTING];

export function compileUpdate(program: Program, header: StatementHeader): void {
  const { clauses, statement, verb } = header;
  const [operand] = header.operands;
  const start = operand && resolveTrainedName(program, operand, "update");
  const onto = clauses.get("on")?.operands ?? [];
  const datas = onto.map((one) => draftOf(program, one, "data", "on"));
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const entries = statement.block?.entries ?? [];
  const parameters = [...verb.parameters, ...verbParametersOf(program, "recipe")];
  const ownKeys = readKeys(program, entries, verb, parameters, new Map(recipe?.given));
  const keys = entries.map(({ key }) => key.path[0] ?? key.text);
  checkEpochsOrSteps(program, ownKeys.given, keys, statement.verb.span);
  const strategy = strategyOf(program, header, ownKeys.given);
  const forget = textsIn(program, header, ownKeys.given);
  const as = operandName(clauses.get("as")?.operands[0]);
  const names = as ? stageNames(as.text, datas.length) : [];
  const taken = as !== undefined && areNamesTaken(program, as, { names, start, over: "update-over-start" });
  if (as && !taken) for (const name of [...names, as.text]) program.define(name, as.span, { is: "run" });
  const model = start === undefined ? undefined : modelOf(program, start);
  const whole = datas.filter((one) => one !== undefined);
  const sound = header.sound && !ownKeys.broken && !taken && recipe !== undefined && strategy !== undefined;
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
  const settings = new Map([...ownKeys.given].filter(([key]) => keys.includes(key) && !OF_STATEMENT.includes(key)));
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
    return { name: names[i] ?? as.text, data, span: onto[i]?.span ?? statement.span, updating };
  });
  const begunBest = began?.begunBest ?? began?.best;
  const run = { model, recipe, ownSettings: settings, ...(begunBest && { begunBest }) };
  const places = { modelAt: operand?.span ?? statement.span, strategyAt: ownKeys.given.get(STRATEGY_KEY)?.span };
  const untold = ownKeys.given.get(FORGETTING)?.value === false;
  planStages(program, header, { stages, run, forget, untold, name: as.text, ...places });
}

interface Stage {
  readonly name: string;
  readonly data: DefinitionDraft;
  readonly span: Span;
  readonly updating: UpdateDraft;
}

const stageNames = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => repeatName(name, i + 1));

function planStages(
  program: Program,
  header: StatementHeader,
  options: {
    readonly stages: readonly Stage[];
    readonly forget: readonly string[];
    readonly untold: boolean;
    readonly run: Pick<NamedTraining, "model" | "recipe" | "ownSettings" | "begunBest">;
    readonly name: string;
    readonly modelAt: Span;
    readonly strategyAt: Span | undefined;
  },
): void {
  const { run } = options;
  const done: (PlannedTraining & { readonly name: string })[] = [];
  const { statement } = header;
  if (run.recipe) program.require(run.recipe.needs);
  for (const { name, data, span, updating } of options.stages) {
    const planned = program.silent
      ? undefined
      : planUpdateStage(program, { ...run, data, update: updating, before: done.map(({ plan }) => plan) }, name, {
          modelAt: options.modelAt,
          dataAt: span,
          here: statement.verb.span,
          strategyAt: options.strategyAt,
          statement: { block: statement.block?.span, end: statement.span.end },
        });
    const recipeHash = planned?.plan.recipeHash;
    const known: NamedTraining = {
      ...run,
      data,
      update: updating,
      here: !program.silent,
      ...(recipeHash !== undefined && { recipeHash }),
    };
    program.runs.set(name, known);
    program.runs.set(options.name, known);
    if (planned) done.push({ ...planned, name });
  }
  const [first] = done;
  if (!first || done.length < options.stages.length) return;
  const place = options.strategyAt ?? statement.verb.span;
  if (!checkStrategyNeeds(program, first.plan.recipe, place)) return;
  const recipes = done.map(({ plan }) => plan.recipe);
  if (!checkReplayRows(program, recipes, place)) return;
  const start = options.stages[0]?.updating.start ?? "";
  addAction(program, header, "update", {
    name: options.name,
    start,
    resume: first.resume,
    stages: done.map(({ name, plan }) => ({ name, plan })),
    ...(options.forget.length > 0 && { forget: options.forget }),
    ...(options.untold && { forgetting: false as const }),
    ...(!options.strategyAt && { usual: true as const }),
  });
}

/** Returns the definition of the model trained under a name. */
const modelOf = (program: Program, name: string): DefinitionDraft | undefined =>
  program.runs.get(name)?.model ?? program.names.get(name)?.draft;

/** Returns the strategies of the tasks that a name's weights come from. */
function lineageOf(program: Program, name: string): UpdateDraft["lineage"] {
  const update = program.runs.get(name)?.update;
  return update ? [...update.lineage, update.strategy] : [];
}

const lineOf = ({ data, update }: NamedTraining): UpdateDraft["line"] => [
  ...(update?.line ?? []),
  { data, strategy: update?.strategy ?? [] },
];

/** Returns the texts to be forgotten, sorted. */
function textsIn(
  program: Program,
  { statement, verb }: StatementHeader,
  given: ReadonlyMap<string, GivenValue>,
): readonly string[] {
  const forgetParameters = verb.parameters.filter(({ name }) => name === FORGET);
  const { values } = fillDefaults(program, forgetParameters, given, "", { here: statement.verb.span });
  const texts = values[FORGET];
  return Array.isArray(texts) ? texts.filter((one) => typeof one === "string").toSorted() : [];
}

/** Reports data in folds: each task is a single training. */
function undivided(program: Program, datas: readonly DefinitionDraft[], onto: readonly Operand[]): boolean {
  const folded = datas.findIndex((data) => writtenFoldCount(program, data) !== null);
  const span = onto[folded]?.span;
  if (folded < 0 || !span) return true;
  program.report("update-of-folds", { data: datas[folded]?.name ?? "" }, span);
  return false;
}
