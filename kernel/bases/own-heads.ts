/** Finds the tasks that a checkpoint's head performs, from the class in config.json and the head's tensors. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import { modelClassName, problemTypeOf } from "./head-names.js";

type Facts = Pick<BaseFacts, "family" | "config" | "shapes">;

/**
 * Maps each task to its labels in order, empty if the task has none. Returns undefined if the head performs no task.
 */
export async function headLabelsByTask(
  { family, config, shapes }: Facts,
  registry: Registry,
): Promise<BaseFacts["heads"]> {
  const classes: readonly unknown[] = Array.isArray(config["architectures"]) ? config["architectures"] : [];
  const capabilities = registry.find("model", family)?.capabilities;
  if (!capabilities || classes.length === 0) return undefined;
  const labels = labelsOf(config);
  if (!labels) return undefined;
  const heads: Record<string, readonly string[]> = {};
  for (const task of registry.ofKind("task")) {
    if (!task.load || task.planned || !classes.includes(modelClassName(capabilities, task.name, registry))) continue;
    const problem = problemTypeOf(task.name, registry);
    if (problem !== undefined && problem !== problemIn(config, labels.length)) continue;
    const [model, implementation] = await Promise.all([implementationOf(registry, "model", family), task.load()]);
    const paths = headPathsOf(implementation, model);
    const hasLabels = task.capabilities?.labels !== false;
    const last = paths.at(-1);
    if (last === undefined || !Object.keys(shapes).some((name) => name.startsWith(`${last}.`))) continue;
    if (hasLabels && shapes[`${last}.weight`]?.[0] !== labels.length) continue;
    heads[task.name] = hasLabels ? labels : [];
  }
  return Object.keys(heads).length > 0 ? heads : undefined;
}

/**
 * Returns config.json's `problem_type` of a text-classification head, or transformers' default where it is missing.
 */
function problemIn(config: Facts["config"], labels: number): string {
  const problemType = config["problem_type"];
  if (typeof problemType === "string") return problemType;
  return labels === 1 ? "regression" : "single_label_classification";
}

/**
 * Returns the names of the head's outputs. Without `id2label` there are two, as in transformers; null if the names are
 * no texts.
 */
function labelsOf(config: Facts["config"]): readonly string[] | null {
  const named = config["id2label"];
  if (typeof named !== "object" || named === null) return ["LABEL_0", "LABEL_1"];
  const entries = Object.entries(named).sort(([a], [b]) => Number(a) - Number(b));
  const labels = entries.map(([, label]: [string, unknown]) => label);
  const texts = labels.every((label): label is string => typeof label === "string");
  return texts && entries.every(([key], i) => Number(key) === i) ? labels : null;
}
