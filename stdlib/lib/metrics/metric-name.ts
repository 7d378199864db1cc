/** A metric as its user would write it: `accuracy`, `f1(macro)`. */
import type { Call } from "#dsl/types/value.js";

export function metricName(call: Call): string {
  const written = ["average", "of", "variant", "at", "places"]
    .map((name) => call.arguments[name])
    .filter((value) => typeof value === "number" || (typeof value === "string" && value !== "auto"));
  return written.length === 0 ? call.word : `${call.word}(${written.join(", ")})`;
}
