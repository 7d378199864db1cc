/** Turns a user-defined metric into a word. */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { MetricImplementation } from "../metrics/kind.js";
import { userFunctionError, callUserFunction, type UserFunctionOwner } from "./guarded-calls.js";
import { storeImplementation } from "./store.js";
import { parametersFromRecord, type MetricRecord } from "./record.js";

/** Maps a metric's function to what it measures (capability `outcomes`). */
const MEASURES = {
  compute: "label",
  ofTokens: "next_token",
  ofNumbers: "number",
  ofLabelSets: "label_set",
  ofTags: "tags",
  ofWritten: "written",
} as const;
type Part = keyof typeof MEASURES;

export function metricFromRecord(record: MetricRecord, owner: UserFunctionOwner): MetricImplementation {
  return Object.fromEntries(
    partsOf(record).map((part) => {
      const measure = (call: Call, outcome: object): number => {
        const found: unknown = callUserFunction(owner, part, () => record[part]!(call, copyOf(outcome)));
        if (typeof found === "number") return found;
        throw userFunctionError(owner, part, new Error(`it must return a number, not ${String(found)}`));
      };
      return [part, measure];
    }),
  );
}

/** Copies the input, because other metrics measure the same rows. */
function copyOf(outcome: object): never {
  return Object.fromEntries(Object.entries(outcome).map(([key, value]) => [key, ownOf(value)])) as never;
}
function ownOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (Array.isArray(one) ? one.slice() : one));
  return ArrayBuffer.isView(value) ? (value as Uint8Array).slice() : value;
}

export function metricWordFromRecord(record: MetricRecord, owner: UserFunctionOwner, definition: string): Word {
  const { name, doc } = record;
  const implementation = metricFromRecord(record, owner);
  storeImplementation(definition, implementation);
  return {
    kind: "metric",
    name,
    doc,
    definition,
    example: record.example ?? `evaluate m on d.test { metrics: [${name}] }`,
    parameters: parametersFromRecord("metric", name, record.parameters),
    capabilities: {
      better: directionOf(record),
      outcomes: partsOf(record).map((part) => MEASURES[part]),
    },
    load: () => Promise.resolve(implementation),
  };
}
function directionOf({ greaterIsBetter = true }: MetricRecord): MetricDirection {
  if (greaterIsBetter === "none") return "none";
  return greaterIsBetter ? "greater" : "less";
}
function partsOf(record: MetricRecord): readonly Part[] {
  return (Object.keys(MEASURES) as Part[]).filter((part) => record[part] !== undefined);
}
