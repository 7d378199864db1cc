/** Which tasks the roles of some data are for, by what the words of tasks say of themselves. */
import type { DataPlan } from "../../language/types/subject.js";
import type { Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";

export type TaskOfRoles =
  | { readonly task: Call }
  /** `of`: the tasks among which somebody must choose; empty: the roles are for none. */
  | { readonly tasks: readonly string[] };

/**
 * The one task whose rows have answers that can be counted. A task that reads more of the roles stands before one that reads a
 * part of them: texts with labels are for telling labels, though a model of texts alone could read them too.
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

/** What is said of texts themselves is no answer. */
const isAnswer = (outcome: string): boolean => outcome !== "next_token";

function isPart(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size < other.size && [...one].every((role) => other.has(role));
}
