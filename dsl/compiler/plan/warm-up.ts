/** How much of a training its warm-up takes. */
import type { Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";

/** Steps of the warm-up of a training of `steps`; they may be more than these. */
export function warmUpSteps(registry: Registry, schedule: Call, steps: number): number {
  return registry.find("schedule", schedule.word)?.capabilities?.warmUp?.(schedule, steps) ?? 0;
}
