/**
 * A model used without training, as its base is: if its task needs no head, if it generates text (with the base's own
 * output embedding), or if the base brings the task's head.
 */
import type { DefinitionDraft, Program } from "../program.js";
import { isFailedFact, type BaseFacts } from "../../../language/types/facts.js";
import { canServeUntrained, writesText } from "../batches.js";
import { isLoadedModelDraft } from "./loaded-base.js";
import type { Registry } from "../../../language/types/registry.js";
import type { Call } from "../../../language/types/value.js";

export function canServeUntrainedModel(program: Program, task: Call, model: DefinitionDraft): boolean {
  return canServeWithoutHead(program.registry, task) || hasHead(program, task, model);
}

/** Whether any base can do the task without a head of its own. */
export function canServeWithoutHead(registry: Registry, task: Call): boolean {
  return canServeUntrained(registry, task) || writesText(registry, task);
}

/** Returns the known tasks of the base's own head, with their labels. */
export function baseHeads(program: Program, model: DefinitionDraft): BaseFacts["heads"] {
  const base = model.given.get("base");
  if (isLoadedModelDraft(model) || typeof base?.value !== "string") return undefined;
  const fact = program.ask({ about: "base", name: base.value, folder: program.folderAt(base.span) }, true);
  return fact === undefined || isFailedFact(fact) ? undefined : fact.heads;
}

/** An unknown base counts as having the head; its facts are requested. */
function hasHead(program: Program, task: Call, model: DefinitionDraft): boolean {
  const base = model.given.get("base");
  if (isLoadedModelDraft(model) || typeof base?.value !== "string") return false;
  if (program.registry.find("task", task.word)?.capabilities?.hasNewHead?.(task) === true) return false;
  const fact = program.ask({ about: "base", name: base.value, folder: program.folderAt(base.span) }, true);
  if (fact === undefined) return program.purpose === "run";
  return !isFailedFact(fact) && fact.heads !== undefined && Object.hasOwn(fact.heads, task.word);
}
