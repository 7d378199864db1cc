/** Describes `dropout: auto` in a plan: the rates of the base's own configuration. */
import type { ValueOrigins, Recipe } from "../plan.js";

/** Configuration names of dropout rates in the body; those of the base's own heads are excluded. */
const RATE = /(?:^|_)(?:dropout|pdrop)(?:_|$)/;
const OF_HEADS = /classif|summary|qa|head/;

/** Returns `the base's own, 0.1` or `the base's own, 0 and 0.1`; without figures if the configuration has none. */
export function baseDropoutText(config: Readonly<Record<string, unknown>>): string {
  const rates = Object.entries(config).flatMap(([name, rate]) =>
    RATE.test(name) && !OF_HEADS.test(name) && typeof rate === "number" && rate >= 0 && rate < 1 ? [rate] : [],
  );
  const all = [...new Set(rates)].sort((a, b) => a - b).map(String);
  const figures = all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}` : (all[0] ?? "");
  return figures === "" ? "the base's own" : `the base's own, ${figures}`;
}

/** Adds the text for a rate that the recipe leaves to the base. */
export function withBaseDropoutText(
  origins: ValueOrigins,
  { dropout }: Recipe["training"],
  config: Readonly<Record<string, unknown>>,
): ValueOrigins {
  const path = "training.dropout";
  const origin = origins[path];
  return dropout === null && origin ? { ...origins, [path]: { ...origin, stands: baseDropoutText(config) } } : origins;
}
