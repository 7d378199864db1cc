/** Strategies of an update: which are given, which combine, and which the task supports. */
import { fillDefaults } from "../../plan/defaults.js";
import { isCall } from "../../plan/definitions.js";
import type { Recipe } from "../../plan/plan.js";
import type { Program } from "../../plan/program.js";
import { isBatchwise } from "../../checks/batching.js";
import type { GivenValue, Call } from "../../../language/types/value.js";
import type { StatementHeader } from "../../../language/types/header.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { StrategyCapabilities } from "../../../language/types/capabilities/learning.js";
import { isStreamed } from "../../plan/streaming.js";

/** The statement's key that is not a recipe setting. */
export const STRATEGY_KEY = "strategy";

/** Returns undefined if there is an error (reported). */
export function strategyOf(
  program: Program,
  { statement, verb }: StatementHeader,
  given: ReadonlyMap<string, GivenValue>,
): readonly Call[] | undefined {
  const strategyParameters = verb.parameters.filter(({ name }) => name === STRATEGY_KEY);
  const errors = program.reporter.diagnostics.length;
  const { values } = fillDefaults(program, strategyParameters, given, "", { here: statement.verb.span });
  if (program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error")) return undefined;
  const list = values[STRATEGY_KEY];
  const calls = Array.isArray(list) ? list.filter(isCall) : [];
  const place = given.get(STRATEGY_KEY)?.span ?? statement.verb.span;
  return goTogether(program, calls, place) ? calls : undefined;
}

const facts = (program: Program, word: string): StrategyCapabilities | undefined =>
  program.registry.find("strategy", word)?.capabilities;

function goTogether(program: Program, calls: readonly Call[], place: Span): boolean {
  const words = calls.map(({ word }) => word);
  const twice = words.find((word, i) => words.indexOf(word) < i);
  if (twice !== undefined) program.report("strategy-twice", { strategy: twice }, place);
  const alone = words.find((word) => facts(program, word)?.isExclusive === true);
  const bothered = alone !== undefined && calls.length > 1;
  if (bothered)
    program.report("strategy-alone", { strategy: alone, others: words.filter((word) => word !== alone) }, place);
  if (twice !== undefined || bothered) return false;
  const replaying = words.filter((word) => facts(program, word)?.replays !== undefined);
  if (replaying.length < 2) return true;
  program.report("strategy-memories", { strategies: replaying }, place);
  return false;
}

/** Checks that exemplars can be drawn from the data of all tasks, if a strategy replays rows. */
export function checkReplayRows(
  program: Program,
  stages: readonly Pick<Recipe, "data" | "update">[],
  place: Span,
): boolean {
  const replays = stages[0]?.update?.strategy.some(({ word }) => facts(program, word)?.replays !== undefined);
  const streamed = replays ? stages.find(({ data }) => isStreamed(data)) : undefined;
  if (streamed) program.report("update-streamed", { data: streamed.data.name }, place);
  return !streamed;
}

/** Checks that the task has what its strategies need. */
export function checkStrategyNeeds(
  program: Program,
  { model, data, update }: Pick<Recipe, "model" | "data" | "update">,
  place: Span,
): boolean {
  const { task } = model;
  const byRow = update?.strategy.find((call) => facts(program, call.word)?.isPerRow?.(call) === true);
  if (byRow && isBatchwise(program, model, data)) {
    program.report("strategy-batchwise", { strategy: byRow.word, task: task.word }, place);
    return false;
  }
  const decides = program.registry.find("task", task.word)?.capabilities?.decides;
  for (const call of decides === "one" ? [] : (update?.strategy ?? [])) {
    const needs = facts(program, call.word)?.needsOneLabel?.(call);
    if (needs) program.report("strategy-no-label", { strategy: call.word, ...needs, task: task.word }, place);
  }
  if (decides !== undefined) return true;
  const unfit = update?.strategy.find(({ word }) => facts(program, word)?.needsDecision === true);
  if (!unfit) return true;
  program.report("strategy-task", { strategy: unfit.word, task: task.word }, place);
  return false;
}
