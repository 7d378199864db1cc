/** `train`: a recipe put together from `with`, a sweep's best and the statement's own block, planned for each model it names. */
import type { Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import type { Draft, Program } from "../plan/program.js";
import type { Given } from "../types/given.js";
import { act, nameOf } from "./act.js";
import { bestOf } from "../plan/best.js";
import { parametersOf } from "../plan/definitions.js";
import { draftOf } from "./names.js";
import { checkDuration, planTraining, settingsOf } from "./training.js";
import { experimentsUnder } from "../plan/version.js";

export function train(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const onto = clauses.get("on")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const withClause = clauses.get("with")?.operands[0];
  const best =
    withClause?.is === "word" &&
    withClause.path.length === 2 &&
    program.names.get(withClause.path[0]?.text ?? "")?.is === "sweep"
      ? bestOf(program, withClause)
      : undefined;
  const recipe = withClause && best === undefined ? draftOf(program, withClause, "recipe", "with") : undefined;
  const own = keysOf(
    program,
    statement.block?.entries ?? [],
    header.verb,
    parametersOf(program, "recipe"),
    new Map([...(recipe?.given ?? []), ...(best ? best.recipe : [])]),
  );
  const keys = statement.block?.entries.map((e) => e.key.path[0] ?? e.key.text) ?? [];
  checkDuration(program, own.given, keys, statement.verb.span);
  const written = new Map<string, Given>([
    ...(best ? best.recipe : []),
    ...[...own.given].filter(([key]) => keys.includes(key)),
  ]);
  const as = nameOf(clauses.get("as")?.operands[0]);
  const models = header.operands.map((operand) => nameOf(operand)?.text);
  const taken = as && program.names.get(as.text)?.is === "model" && !models.includes(as.text);
  if (taken) program.report("kept-as-a-model", { name: as.text }, as.span);
  if (as && header.operands.length > 1)
    program.report("too-many-operands", { after: "as", found: header.operands.length }, as.span);
  const broken =
    taken === true || !header.sound || own.broken || (withClause !== undefined && !recipe && !best) || best === null;
  for (const operand of header.operands) {
    const model = draftOf(program, operand, "model", "train");
    const name = as?.text ?? model?.name;
    if (as && !taken) program.define(as.text, as.span, { is: "run" });
    if (!model || !data || !onto || name === undefined) {
      if (name !== undefined) program.tried.add(name);
      continue;
    }
    const varied: Draft = best ? { ...model, given: new Map([...model.given, ...best.model]) } : model;
    if (recipe) program.require(recipe.needs);
    const experiments = [...program.experiments];
    const run = { model: varied, data, recipe: recipe ?? null, own: written, experiments };
    let recipeHash: string | undefined;
    if (!program.silent) {
      const settings = settingsOf(program, run);
      const planned = planTraining(program, {
        model: varied,
        data,
        settings,
        experiments: experimentsUnder(experiments, [varied, data, recipe]),
        run: name,
        modelAt: operand.span,
        dataAt: onto.span,
        here: statement.verb.span,
        broken,
        recipe: recipe ?? null,
        statement: { block: statement.block?.span, end: statement.span.end },
      });
      recipeHash = planned?.plan.recipeHash;
      if (planned) act(program, header, "train", { name, plan: planned.plan, resume: planned.resume });
    }
    program.runs.set(name, { ...run, here: !program.silent, ...(recipeHash !== undefined && { recipeHash }) });
  }
}
