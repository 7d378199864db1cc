/**
 * `federate`: one training whose rows are with several clients. Its recipe says who they are, how many rounds there are
 * and how updates are combined; `training` is what a client does in one round.
 */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, Program, NamedTraining } from "../plan/program.js";
import { verbParametersOf } from "../plan/definitions.js";
import { writtenFoldCount } from "../plan/folds.js";
import { addAction, operandName } from "../statement/run-action.js";
import { draftOf } from "../drafts/names.js";
import { planFederation } from "../drafts/plan-federation.js";
import { checkEpochsOrSteps } from "../drafts/settings.js";

export function compileFederate(program: Program, header: StatementHeader): void {
  const { clauses, statement, verb } = header;
  const [operand] = header.operands;
  const model = operand && draftOf(program, operand, "model", "federate");
  const onto = clauses.get("on")?.operands ?? [];
  const datas = onto.map((one) => draftOf(program, one, "data", "on"));
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const entries = statement.block?.entries ?? [];
  const parameters = [...verb.parameters, ...verbParametersOf(program, "recipe")];
  const ownKeys = readKeys(program, entries, verb, parameters, new Map(recipe?.given));
  const keys = entries.map(({ key }) => key.path[0] ?? key.text);
  checkEpochsOrSteps(program, ownKeys.given, keys, statement.verb.span);
  const as = operandName(clauses.get("as")?.operands[0]);
  const taken = as !== undefined && program.names.get(as.text)?.is === "model";
  if (taken) program.report("kept-as-a-model", { name: as.text }, as.span);
  if (as && !taken) program.define(as.text, as.span, { is: "run" });
  const [data, ...others] = datas.filter((one) => one !== undefined);
  const sound = header.sound && !ownKeys.broken && !taken && recipe !== undefined && 1 + others.length === datas.length;
  const whole = sound && model && data && demandWhole(program, [data, ...others], header);
  if (!whole || !as) {
    if (as) program.tried.add(as.text);
    return;
  }
  const ofStatement = new Set(verb.parameters.map(({ name }) => name));
  const settingsFor = (own_: boolean): NamedTraining["ownSettings"] =>
    new Map([...ownKeys.given].filter(([key]) => keys.includes(key) && ofStatement.has(key) === own_));
  const run = {
    model,
    data,
    recipe,
    ownSettings: settingsFor(false),
    federated: { settings: settingsFor(true), others },
  };
  if (recipe) program.require(recipe.needs);
  const planned = program.silent
    ? undefined
    : planFederation(program, run, as.text, {
        modelAt: operand?.span ?? statement.span,
        here: statement.verb.span,
        dataAt: onto.map(({ span }) => span),
        statement: { block: statement.block?.span, end: statement.span.end },
      });
  const recipeHash = planned?.plan.recipeHash;
  program.runs.set(as.text, { ...run, here: !program.silent, ...(recipeHash !== undefined && { recipeHash }) });
  if (planned) addAction(program, header, "federate", { name: as.text, plan: planned.plan, resume: planned.resume });
}

/** Checks that each data set is suitable for a client. */
function demandWhole(
  program: Program,
  datas: readonly DefinitionDraft[],
  { clauses, statement }: StatementHeader,
): boolean {
  const onto = clauses.get("on")?.operands ?? [];
  const folded = datas.findIndex((data) => writtenFoldCount(program, data) !== null);
  if (folded < 0) return true;
  program.report("federate-of-folds", { data: datas[folded]?.name ?? "" }, onto[folded]?.span ?? statement.span);
  return false;
}
