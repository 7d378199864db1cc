/** Checks which families support a task, before anything is loaded. */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { baseFacts } from "../../models/shared/base-facts.js";
import type { ModelImplementation } from "../../models/kind.js";

/** Architecture of a family (encoder, decoder, …), from the capability `shape` of its word. */
export type FamilyArchitecture = ModelImplementation["shape"];

/** Reports `task-not-for-base` if the base is known and its family has another shape. */
export function checkFamilyArchitecture(
  task: string,
  shapes: readonly FamilyArchitecture[],
  context: WordCheckContext,
): void {
  const family = baseFacts(context)?.family;
  if (family === undefined) return;
  const fits = (family: FamilyCapabilities | undefined): boolean => shapes.some((shape) => shape === family?.shape);
  if (fits(context.find("model", family)?.capabilities)) return;
  const families = context.ofKind("model").flatMap(({ name, capabilities }) => (fits(capabilities) ? [name] : []));
  context.report("task-not-for-base", { task, family, families });
}

/** Reports `task-not-for-base` if the base's family has no masked-language-model head. */
export function checkMaskedLmHead(task: string, context: WordCheckContext): void {
  const family = baseFacts(context)?.family;
  if (family === undefined || context.find("model", family)?.capabilities?.unmasks === true) return;
  const families = context.ofKind("model").flatMap((w) => (w.capabilities?.unmasks === true ? [w.name] : []));
  context.report("task-not-for-base", { task, family, families });
}
