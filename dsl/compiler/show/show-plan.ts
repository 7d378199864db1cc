/** `show NAME.plan on DATA with RECIPE`: the plan of a training that has not started. */
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { StatementHeader } from "../../language/types/header.js";
import type { Operand } from "../../language/syntax/tree.js";
import { addAction } from "../statement/run-action.js";
import { draftOf, resolveOperandName } from "../drafts/names.js";
import { planTraining } from "../drafts/plan-training.js";
import { trainingSettingsOf } from "../drafts/settings.js";

/** Tests for the form `NAME.plan`. */
export const isPlanReference = (operand: Operand): boolean =>
  operand.is === "word" && operand.path.length === 2 && operand.path[1]?.text === "plan";

export function compileShowPlan(program: Program, header: StatementHeader): void {
  const { clauses, operands } = header;
  const onto = clauses.get("on")?.operands[0];
  const after = clauses.get("with")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const recipe = after ? draftOf(program, after, "recipe", "with") : null;
  if (!header.sound || !data || recipe === undefined) return;
  for (const operand of operands) {
    const found = resolveOperandName(program, operand, ["model"], "model", "show");
    const model = found?.entry.draft;
    if (model) showPlan(program, header, { model, data, recipe, operand, onto, name: found.name });
  }
}

function showPlan(
  program: Program,
  header: StatementHeader,
  options: {
    readonly name: string;
    readonly model: DefinitionDraft;
    readonly data: DefinitionDraft;
    readonly recipe: DefinitionDraft | null;
    readonly operand: Operand;
    readonly onto: Operand;
  },
): void {
  const { name, model, data, recipe } = options;
  if (program.silent) return;
  if (recipe) program.require(recipe.needs);
  const planned = planTraining(program, {
    model,
    data,
    recipe,
    settings: trainingSettingsOf(program, { recipe, ownSettings: new Map() }),
    run: name,
    modelAt: options.operand.span,
    dataAt: options.onto.span,
    here: header.statement.verb.span,
  });
  if (planned) addAction(program, header, "show", { topic: [name, "plan"], plan: planned.plan });
}
