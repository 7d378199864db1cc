/** `show NAME.plan on DATA with RECIPE`: the plan of a training that has not started. */
import type { Draft, Program } from "../plan/program.js";
import type { Header } from "../../language/types/header.js";
import type { Operand } from "../../language/syntax/tree.js";
import { act } from "../statement/run-action.js";
import { draftOf, named } from "../drafts/names.js";
import { planTraining } from "../drafts/draft-training.js";
import { settingsOf } from "../drafts/settings.js";

/** Of the form `NAME.plan`. */
export const isPlan = (operand: Operand): boolean =>
  operand.is === "word" && operand.path.length === 2 && operand.path[1]?.text === "plan";

export function showPlans(program: Program, header: Header): void {
  const { clauses, operands } = header;
  const onto = clauses.get("on")?.operands[0];
  const after = clauses.get("with")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const recipe = after ? draftOf(program, after, "recipe", "with") : null;
  if (!header.sound || !data || recipe === undefined) return;
  for (const operand of operands) {
    const found = named(program, operand, ["model"], "model", "show");
    const model = found?.of.draft;
    if (model) showPlan(program, header, { model, data, recipe, at: operand, onto, name: found.name });
  }
}

function showPlan(
  program: Program,
  header: Header,
  o: {
    readonly name: string;
    readonly model: Draft;
    readonly data: Draft;
    readonly recipe: Draft | null;
    readonly at: Operand;
    readonly onto: Operand;
  },
): void {
  const { name, model, data, recipe } = o;
  if (program.silent) return;
  if (recipe) program.require(recipe.needs);
  const planned = planTraining(program, {
    model,
    data,
    recipe,
    settings: settingsOf(program, { recipe, own: new Map() }),
    run: name,
    modelAt: o.at.span,
    dataAt: o.onto.span,
    here: header.statement.verb.span,
  });
  if (planned) act(program, header, "show", { topic: [name, "plan"], plan: planned.plan });
}
