/** Which families a task can be built on, told before anything is loaded. */
import type { CheckContext } from "#dsl/language/types/context.js";
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { baseFacts } from "../../models/shared/base-facts.js";
import type { ModelImplementation } from "../../models/kind.js";

/** How a family reads and writes: its word says it as the capability `shape`. */
export type FamilyShape = ModelImplementation["shape"];

/** Reports `task-not-for-base` where the base is known and of a family of another shape. */
export function checkFamilyShape(task: string, shapes: readonly FamilyShape[], context: CheckContext): void {
  const family = baseFacts(context)?.family;
  if (family === undefined) return;
  const fits = (family: FamilyCapabilities | undefined): boolean => shapes.some((shape) => shape === family?.shape);
  if (fits(context.find("model", family)?.capabilities)) return;
  const families = context.ofKind("model").flatMap(({ name, capabilities }) => (fits(capabilities) ? [name] : []));
  context.report("task-not-for-base", { task, family, families });
}

/** Reports `task-not-for-base` where the base's family has no head for masked tokens. */
export function checkUnmaskingHead(task: string, context: CheckContext): void {
  const family = baseFacts(context)?.family;
  if (family === undefined || context.find("model", family)?.capabilities?.unmasks === true) return;
  const families = context.ofKind("model").flatMap((w) => (w.capabilities?.unmasks === true ? [w.name] : []));
  context.report("task-not-for-base", { task, family, families });
}
