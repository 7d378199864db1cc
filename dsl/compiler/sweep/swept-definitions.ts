/** The definitions that a sweep varies: names, spaces of their settings, and the training that all trials modify. */
import type { StatementHeader } from "../../language/types/header.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { BlockNode, Entry } from "../../language/syntax/tree.js";
import { describeExpression } from "../../language/types/shapes.js";
import { verbParametersOf } from "../plan/definitions.js";
import { draftOf } from "../drafts/names.js";
import type { Plan } from "../plan/plan.js";
import type { SweepPlan } from "../plan/sweep/sweep-plan.js";
import { sweptSearchSpaces } from "../plan/sweep/spaces.js";
import { SWEPT_VERBS } from "../plan/sweep/varied.js";
import { splitOrigin } from "../drafts/split-origin.js";
import { planTraining } from "../drafts/plan-training.js";
import { trainingSettingsOf } from "../drafts/settings.js";
import { hasValidation } from "./sweep-rows.js";

/** Key whose value contains spaces instead of values of its type. */
export const VARY_KEY = "vary";

/** The names of the header; undefined if unreadable. `recipe` is null if none is named. */
export interface SweptDrafts {
  readonly model: DefinitionDraft | undefined;
  readonly data: DefinitionDraft | undefined;
  readonly recipe: DefinitionDraft | null | undefined;
}

interface CompleteDefinitions {
  readonly model: DefinitionDraft;
  readonly data: DefinitionDraft;
  readonly recipe: DefinitionDraft | null;
}

export function sweptDraftsOf(program: Program, { operands, clauses }: StatementHeader): SweptDrafts {
  const written = clauses.get("with")?.operands[0];
  return {
    model: draftOf(program, operands[0], "model", "sweep"),
    data: draftOf(program, clauses.get("on")?.operands[0], "data", "on"),
    recipe: written ? draftOf(program, written, "recipe", "with") : null,
  };
}

export function areSweptDraftsComplete(swept: SweptDrafts): swept is CompleteDefinitions {
  return swept.model !== undefined && swept.data !== undefined && swept.recipe !== undefined;
}

/** Reads the spaces after `vary:`; reports missing parts. */
export function variedSpacesOf(
  program: Program,
  { statement, verb, sound }: StatementHeader,
  varied: Entry | undefined,
  { data, model, recipe }: SweptDrafts,
): SweepPlan["vary"] | undefined {
  if (varied?.value?.is === "block" && varied.value.entries.length === 0) {
    program.report("nothing-varies", {}, varied.value.span);
    return undefined;
  }
  if (varied?.value?.is === "block") {
    const given = (draft: DefinitionDraft | null | undefined): DefinitionDraft["given"] => draft?.given ?? new Map();
    const swept = { data, model, recipe };
    const unsure = SWEPT_VERBS.filter((verb) => swept[verb] === undefined || swept[verb]?.broken === true);
    const giving = { data: given(data), model: given(model), recipe: given(recipe) };
    const spaces = sweptSearchSpaces(program, varied.value, giving, unsure);
    if (spaces) checkRows(program, varied.value);
    return spaces;
  }
  if (!varied && sound && model)
    program.report("missing-key", { verb: verb.name, keys: [VARY_KEY], example: verb.example }, statement.verb.span);
  else if (varied?.value) {
    const details = { key: VARY_KEY, wanted: "a record in `{ }`", found: describeExpression(varied.value) };
    program.report("wrong-type", details, varied.value.span);
  }
  return undefined;
}

/** Warns of varied settings that change the rows on which trials are scored. */
function checkRows(program: Program, { entries }: BlockNode): void {
  const data = verbParametersOf(program, "data");
  for (const { key } of entries) {
    if (data.some((p) => p.variedAs === key.text)) continue;
    if (data.some((p) => p.otherRows && p.name === key.path[0]))
      program.report("scores-of-other-rows", { path: key.text }, key.span);
  }
}

/** Plans the training that all trials modify. */
export function planSweptTraining(
  program: Program,
  { statement, operands, clauses }: StatementHeader,
  { model, data, recipe }: CompleteDefinitions,
  run: string,
): Plan | undefined {
  const here = statement.verb.span;
  const dataAt = clauses.get("on")?.operands[0]?.span ?? here;
  const found = planTraining(program, {
    model,
    data,
    settings: trainingSettingsOf(program, { recipe, ownSettings: new Map() }),
    run,
    modelAt: operands[0]?.span ?? here,
    dataAt,
    here,
    recipe,
  });
  // Trials without intermediate validation (`validate: none`) are scored at their end.
  if (found && !found.plan.recipe.training.validate && !hasValidation(program, found.plan)) {
    const details = { what: "sweep", data: data.name, ...splitOrigin(program, found.plan.recipe.data, undefined) };
    program.report("needs-validation", details, dataAt);
  }
  return found?.plan;
}
