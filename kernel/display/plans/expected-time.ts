/** Expected time of a training, as in the plan's output and the panel. */
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import { durationText } from "../../host/value-text.js";

/** `times`: number of trainings, one after another. */
export function expectedTime(
  { seconds, secondsBetween: between }: Pick<Estimates, "seconds" | "secondsBetween">,
  times = 1,
): {
  readonly value: string;
  readonly note: string;
} {
  if (seconds === null) return { value: "not known yet", note: "the first run measures this machine" };
  const [least, most] = (between ?? []).map((one) => durationText(one * times));
  return {
    value: `about ${durationText(seconds * times)}`,
    note: [
      least === undefined || least === most ? "estimated" : `estimated, ${least} to ${most}`,
      ...(times > 1 ? [`${String(times)} trainings of about ${durationText(seconds)}`] : []),
    ].join("; "),
  };
}
