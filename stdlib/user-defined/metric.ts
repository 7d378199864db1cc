/** A metric of a user's as a word. */
import type { Direction } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { MetricImplementation } from "../metrics/kind.js";
import { failedIn, guarded, type Owner } from "./guarded-calls.js";
import { keep } from "./store.js";
import { parametersOf, type MetricRecord } from "./record.js";

/** Function of a metric → what it measures (capability `of`). */
const MEASURES = {
  compute: "label",
  ofTokens: "next_token",
  ofNumbers: "number",
  ofLabelSets: "label_set",
  ofTags: "tags",
  ofWritten: "written",
} as const;
type Part = keyof typeof MEASURES;

export function metricOf(record: MetricRecord, owner: Owner): MetricImplementation {
  return Object.fromEntries(
    partsOf(record).map((part) => {
      const measure = (call: Call, outcome: object): number => {
        const found: unknown = guarded(owner, part, () => record[part]!(call, copyOf(outcome)));
        if (typeof found === "number") return found;
        throw failedIn(owner, part, new Error(`it must give a number, not ${String(found)}`));
      };
      return [part, measure];
    }),
  );
}

/** What it is given to count in is its own: other metrics measure the same rows. */
function copyOf(outcome: object): never {
  return Object.fromEntries(Object.entries(outcome).map(([key, value]) => [key, ownOf(value)])) as never;
}
function ownOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (Array.isArray(one) ? one.slice() : one));
  return ArrayBuffer.isView(value) ? (value as Uint8Array).slice() : value;
}

export function metricWord(record: MetricRecord, owner: Owner, definition: string): Word {
  const { name, doc } = record;
  const implementation = metricOf(record, owner);
  keep(definition, implementation);
  return {
    kind: "metric",
    name,
    doc,
    definition,
    example: record.example ?? `evaluate m on d.test { metrics: [${name}] }`,
    parameters: parametersOf("metric", name, record.parameters),
    capabilities: {
      better: directionOf(record),
      of: partsOf(record).map((part) => MEASURES[part]),
    },
    load: () => Promise.resolve(implementation),
  };
}
function directionOf({ greaterIsBetter = true }: MetricRecord): Direction {
  if (greaterIsBetter === "none") return "none";
  return greaterIsBetter ? "greater" : "less";
}
function partsOf(record: MetricRecord): readonly Part[] {
  return (Object.keys(MEASURES) as Part[]).filter((part) => record[part] !== undefined);
}
