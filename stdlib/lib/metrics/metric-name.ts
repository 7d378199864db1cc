/** A metric as its user would write it: `accuracy`, `f1(macro)`. */
import type { Call } from "#dsl/types/value.js";
import type { Registry } from "#dsl/types/registry.js";
import type { MetricCapabilities } from "#dsl/types/capabilities.js";

export function metricName(call: Call): string {
  const written = ["average", "of", "variant", "at", "places", "weights", "words", "schema", "model"]
    .map((name) => call.arguments[name])
    .filter((value) => value !== 0 && value !== "none" && value !== "auto" && value !== "characters")
    .filter((value) => typeof value === "number" || typeof value === "string");
  return written.length === 0 ? call.word : `${call.word}(${written.join(", ")})`;
}

/** What the metric of such a name says of itself; undefined: its word is not of this vocabulary. */
export function metricNamed(name: string, registry: Pick<Registry, "find">): MetricCapabilities | undefined {
  return registry.find("metric", /^\w+/.exec(name)?.[0] ?? "")?.capabilities;
}
