/** How long a training may take, as the plan's card and the panel say it. */
import type { Estimates } from "#dsl/plan/plan.js";
import { duration } from "./text.js";

export function expectedTime({ seconds, secondsBetween: between }: Pick<Estimates, "seconds" | "secondsBetween">): {
  readonly value: string;
  readonly note: string;
} {
  if (seconds === null) return { value: "not known yet", note: "the first run measures this machine" };
  const [least, most] = (between ?? []).map(duration);
  return {
    value: `about ${duration(seconds)}`,
    note: least === undefined || least === most ? "estimated" : `estimated, ${least} to ${most}`,
  };
}
