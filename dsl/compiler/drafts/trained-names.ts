/** Resolves names of trained weights: they must exist and match the current definitions. */
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import type { NamedTraining, Program } from "../plan/program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { settingChangesBetween } from "../plan/recipe-settings.js";
import type { Operand } from "../../language/syntax/tree.js";
import { isCall } from "../plan/definitions.js";
import { isLoadedModelDraft } from "../plan/bases/loaded-base.js";
import { isFromScratch } from "../plan/bases/scratch.js";
import { emitDefinitionOfUsedFile } from "../statement/used-files.js";
import { baseHeads, canServeUntrainedModel } from "../plan/bases/untrained.js";
import { currentRecipeIfChanged } from "./changed-recipe.js";
import { resolveOperandName, type ResolvedName } from "./names.js";

/** Returns the models behind a name that stands for one per fold; undefined if it is a single model or none. */
export function foldModelsNamed(program: Program, operand: Operand): NamedTraining | undefined {
  const run = operand.is === "word" && operand.path.length === 1 ? program.runs.get(operand.text) : undefined;
  return run?.folds && run;
}

/** Returns a model or run whose weights match its current definition. */
export function resolveTrainedName(
  program: Program,
  operand: Operand,
  after: string,
  /** Whether a model that answers as its base does may also be used untrained. */
  untrained = false,
): string | undefined {
  const found = resolveOperandName(program, operand, ["model", "run"], "model", after);
  if (!found) return undefined;
  if (found.node.path.length > 1) {
    const part = found.node.path[1];
    const meant = part && nearestWord(part.text, ["base"]) !== undefined;
    const wanted = meant ? `the name of a model, or its untrained base: \`${found.name}.base\`` : "the name of a model";
    const fix = meant ? { fix: replacementFix(part.span, "base") } : {};
    program.report("wrong-operand", { after, wanted, found: `\`${found.node.text}\`` }, found.node.span, fix);
    return undefined;
  }
  return nameWithCurrentWeights(program, found, untrained);
}

/** Returns the resolved name if its weights match its current definition. */
export function nameWithCurrentWeights(program: Program, found: ResolvedName, untrained = false): string | undefined {
  const run = program.runs.get(found.name);
  if (run?.folds) {
    program.report("fold-model", { model: found.name, folds: run.folds, data: run.data.name }, found.node.span);
    return undefined;
  }
  if (found.entry.draft && isLoadedModelDraft(found.entry.draft) && !run) {
    program.require(found.entry.draft.needs);
    if (found.entry.draft.broken) return undefined;
    emitDefinitionOfUsedFile(program, found);
    return found.name;
  }
  if (run?.detached && run.here) {
    program.report("trains-apart", { name: run.detached }, found.node.span);
    return undefined;
  }
  // In the editor, available weights are unknown: a training in an earlier cell is enough.
  if (run && (run.here || program.purpose === "assist")) return found.name;
  // Errors in its definition or training were reported there.
  const { names, kinds } = program.lost;
  if (found.entry.draft?.broken || program.tried.has(found.name) || names.has(found.name) || kinds.has("train"))
    return undefined;
  const present = program.outside.trained[found.name];
  const task = found.entry.draft?.given.get("task")?.value;
  const fresh = found.entry.draft !== undefined && isFromScratch(found.entry.draft);
  if (
    present === undefined &&
    !run &&
    !fresh &&
    found.entry.draft &&
    isCall(task) &&
    untrained &&
    canServeUntrainedModel(program, task, found.entry.draft)
  ) {
    emitDefinitionOfUsedFile(program, found);
    return found.name;
  }
  if (present === undefined && program.outside.unsure?.includes(found.name)) return undefined;
  if (present === undefined && run?.detached) {
    program.report("trains-apart", { name: run.detached }, found.node.span);
    return undefined;
  }
  if (present === undefined) {
    const [as] = [...program.runs].find(([name, { model }]) => name !== found.name && model.name === found.name) ?? [];
    const heads =
      untrained && as === undefined && found.entry.draft && !fresh ? baseHeads(program, found.entry.draft) : undefined;
    const mask = found.node.path[1]?.text === "mask";
    const ended = run && !run.update && !run.compress && !run.federated ? unended(run, found.name) : {};
    program.report(
      "not-trained",
      { model: found.name, ...(as !== undefined && { as }), ...(heads && { heads }), ...(mask && { mask }), ...ended },
      found.node.span,
    );
    return undefined;
  }
  const now = run && currentRecipeIfChanged(program, run, found.name, present, found.node.span);
  if (now) {
    const before = program.outside.recipes?.[found.name];
    const changes = before ? settingChangesBetween(before, now) : [];
    program.report(
      "changed-since-trained",
      { model: found.name, ...(changes.length > 0 && { changes }) },
      found.node.span,
    );
    return undefined;
  }
  return found.name;
}

/** Finds a training that an earlier text planned and that left no weights. */
function unended({ model, data, recipe, best }: NamedTraining, name: string): { readonly began: string } {
  const by = best?.text ?? recipe?.name;
  const [given, as] = [by === undefined ? "" : ` with ${by}`, name === model.name ? "" : ` as ${name}`];
  return { began: `train ${model.name} on ${data.name}${given}${as}` };
}
