/** The task of an evaluated model, and what it implies for the statement. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { isCall } from "../plan/definitions.js";
import { writesText } from "../plan/batches.js";
import { isLoadedModelDraft } from "../plan/bases/loaded-base.js";
import { canServeUntrainedModel } from "../plan/bases/untrained.js";
import type { Call, GivenValue } from "../../language/types/value.js";

/** Keys of `predict` that control text generation. */
const WRITING = ["decode", "max_tokens", "stop"] as const;

export function taskOf(program: Program, name: string | undefined): Call | undefined {
  const task = name === undefined ? undefined : program.names.get(name)?.draft?.given.get("task")?.value;
  return task !== undefined && isCall(task) ? task : trainedTaskOf(program, name)?.task;
}

/** Returns the task of a model that is used untrained, as its base is. */
export function untrainedTaskOf(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const [task, model] = [taskOf(program, name), name === undefined ? undefined : program.names.get(name)?.draft];
  return name !== undefined && task && model && canServeUntrainedModel(program, task, model)
    ? { model: name, task }
    : undefined;
}

/** Returns the task of a trained model; undefined if its definition has errors. */
export function trainedTaskOf(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const named = name === undefined ? undefined : program.names.get(name)?.draft;
  const draft =
    name === undefined
      ? undefined
      : (program.runs.get(name)?.model ?? (named && isLoadedModelDraft(named) ? named : undefined));
  const task = draft?.given.get("task")?.value;
  return name !== undefined && isCall(task) ? { model: name, task } : undefined;
}

/** Returns the base of a trained model, with the folder that its path is relative to. */
export function baseOfModel(program: Program, name: string | undefined): { name: string; folder: string } | null {
  const run = name === undefined ? undefined : program.runs.get(name);
  const base = run?.model.given.get("base");
  return typeof base?.value === "string" ? { name: base.value, folder: program.folderAt(base.span) } : null;
}

/** Reports generation keys given for a task that generates no text. */
export function checkGenerationKeys(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  task: Call | undefined,
  here: Span,
): readonly string[] {
  if (!task || writesText(program.registry, task)) return [];
  const astray = WRITING.filter((key) => given.has(key));
  for (const key of astray) program.reportNear("writes-no-text", { key, task: task.word }, given.get(key)?.span, here);
  return astray;
}
