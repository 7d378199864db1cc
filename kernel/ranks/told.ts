/** What an update came to, of what each rank tells. */
import type { Told } from "./contract.js";

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Each loss is a share of the whole update's; the norm is that of the summed gradients, which nobody has yet. */
export function summed(told: readonly Told[]): Told {
  return { loss: sum(told.map(({ loss }) => loss)), norm: 0, counts: sum(told.map(({ counts }) => counts)) };
}
/** Each is a mean of its own: together they count by what each is the mean of. */
export function meant(told: readonly Told[]): Told {
  const counts = sum(told.map((one) => one.counts));
  const by = (of: "loss" | "norm"): number =>
    counts === 0 ? 0 : sum(told.filter((one) => one.counts > 0).map((one) => (one[of] * one.counts) / counts));
  return { loss: by("loss"), norm: by("norm"), counts };
}
