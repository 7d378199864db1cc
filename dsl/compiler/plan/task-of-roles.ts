/** Finds the tasks that the roles of some data are for, from the task words' capabilities. */
import type { DataPlan, Call } from "../../language/types/value.js";
import type { Registry } from "../../language/types/registry.js";

export type TaskOfRoles =
  | { readonly task: Call }
  /** `tasks`: the tasks to choose from; empty if no task fits the roles. */
  | { readonly tasks: readonly string[] };

/**
 * Returns the only task that fits the roles and whose outcomes can be scored. A task that reads more of the roles wins
 * over one that reads fewer: texts with labels are for classification, though a language model could read them too.
 */
export function taskOfRoles(registry: Registry, { columns }: Pick<DataPlan, "columns">): TaskOfRoles {
  const has = (role: string): boolean => columns[role] !== undefined;
  const able = registry.ofKind("task").flatMap(({ name, planned, capabilities }) => {
    if (planned || !capabilities) return [];
    const task: Call = { word: name, kind: "task", arguments: {} };
    const roles = [...capabilities.roles, ...(capabilities.trainingRoles?.(task) ?? [])];
    const counted = !capabilities.rowFormat.generatesText && capabilities.measures.some(isAnswer);
    return counted && roles.every(has) ? [{ task, roles: new Set(roles) }] : [];
  });
  const whole = able.filter(({ roles }) => !able.some((other) => isPart(roles, other.roles)));
  const [first, ...others] = whole;
  return first && others.length === 0 ? { task: first.task } : { tasks: whole.map(({ task }) => task.word) };
}

/** Scores of given texts involve no answer. */
const isAnswer = (outcome: string): boolean => outcome !== "next_token";

function isPart(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size < other.size && [...one].every((role) => other.has(role));
}
