/** Length of a training's warm-up. */
import type { Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";

/** Returns the warm-up steps of a training of `steps`; may exceed `steps`. */
export function warmUpSteps(registry: Registry, schedule: Call, steps: number): number {
  return registry.find("schedule", schedule.word)?.capabilities?.warmUpSteps?.(schedule, steps) ?? 0;
}
