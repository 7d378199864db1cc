/** F1 over JSON fields, like over entities: matching, generated and target fields, summed over the rows. */
import type { SchemaValidator } from "#platform/schemas.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { jsonFieldsIn, parseJson, jsonFieldPath, type JsonFieldOccurrences } from "./shared/json-fields.js";
import { sharedNGramCount } from "./shared/n-grams.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { schemaOfCall } from "./shared/schema-argument.js";

/** Maximum number of fields to report individually: those with the worst scores. */
const TOLD = 6;

export const fieldF1: MetricImplementation = {
  ...measures(() => true),
  prepared: async (call, world) => measures(await schemaOfCall(call, world)),
};

function measures(holds: SchemaValidator): MetricImplementation {
  return {
    ...writtenSumsMetric((_call, input) => sumsOf(input, holds)),
    why: { ofWritten: (_call, { targets }) => whyNone(targets) },
    notes: { ofWritten: (_call, input) => toldOf(input, holds) },
  };
}

const NONE: JsonFieldOccurrences = new Map();
function fieldsOf(text: string, holds: SchemaValidator): JsonFieldOccurrences {
  const value = parseJson(text);
  return value && holds(value.is) ? jsonFieldsIn(value.is) : NONE;
}
const wantedIn = (text: string): JsonFieldOccurrences => fieldsOf(text, () => true);

function sumsOf({ written, targets }: GeneratedTextMetricInput, holds: SchemaValidator): RowSums {
  return rowSumsOf(
    targets.length,
    3,
    (row) => {
      const [writtenFields, wanted] = [fieldsOf(written[row]!, holds), wantedIn(targets[row]!)];
      return [sharedNGramCount(writtenFields, wanted), sizeOf(writtenFields), sizeOf(wanted)];
    },
    ([hit = 0, given = 0, have = 0]) => (have === 0 ? Number.NaN : (2 * hit) / (given + have)),
  );
}
const sizeOf = (fields: JsonFieldOccurrences): number => [...fields.values()].reduce((sum, count) => sum + count, 0);

function whyNone(targets: readonly string[]): string | null {
  const first = targets.findIndex((text) => parseJson(text) === null);
  if (first >= 0 && targets.every((text) => sizeOf(wantedIn(text)) === 0))
    return `no target is JSON with fields (the first is “${clipped(targets[first]!)}”)`;
  return "no target has a field";
}
const clipped = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text).replaceAll("\n", " ");

function toldOf({ written, targets }: GeneratedTextMetricInput, holds: SchemaValidator): readonly string[] {
  const counts = new Map<string, { hit: number; given: number; have: number }>();
  const countsAt = (field: string) => {
    const path = jsonFieldPath(field);
    const known = counts.get(path) ?? { hit: 0, given: 0, have: 0 };
    counts.set(path, known);
    return known;
  };
  targets.forEach((target, row) => {
    const [writtenFields, wanted] = [fieldsOf(written[row]!, holds), wantedIn(target)];
    for (const [field, count] of wanted) {
      countsAt(field).have += count;
      countsAt(field).hit += Math.min(count, writtenFields.get(field) ?? 0);
    }
    for (const [field, count] of writtenFields) countsAt(field).given += count;
  });
  const scored = [...counts].map(([path, { hit, given, have }]) => ({ path, f1: (2 * hit) / (given + have) }));
  const worst = scored.toSorted((a, b) => a.f1 - b.f1 || (a.path < b.path ? -1 : 1)).slice(0, TOLD);
  const odd = targets.filter((text) => parseJson(text) === null).length;
  return [
    ...(counts.size > 1
      ? [
          `${counts.size > TOLD ? `the ${String(TOLD)} of ${String(counts.size)} fields that do worst` : "by field"}: ${worst
            .map(({ path, f1 }) => `${path} ${f1.toFixed(2)}`)
            .join(", ")}`,
        ]
      : []),
    ...(odd > 0 ? [`${String(odd)} of ${String(targets.length)} targets are no JSON: they have no field to find`] : []),
  ];
}
