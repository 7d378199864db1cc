/** The warm-up that schedules share: a straight rise that reaches 1 at the end of the warm-up, fractions of a step kept. */
import type { Call } from "#dsl/types/value.js";

/** Length of the warm-up in steps (not rounded) of a schedule with a `warmup` share or count. */
export function warmUpSteps(call: Call, total: number): number {
  const warmup = call.arguments["warmup"];
  if (typeof warmup === "number") return warmup;
  if (typeof warmup === "object" && warmup !== null && "share" in warmup) return warmup.share * total;
  return 0;
}

export function warmUp(call: Call, step: number, total: number): number {
  const steps = warmUpSteps(call, total);
  return steps > 0 ? Math.min(1, step / steps) : 1;
}
