/** F1 over fields of JSON, as over entities: those of both, those that were written, those that are wanted, summed over the rows. */
import type { Holds } from "#platform/schemas.js";
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { fieldsIn, jsonIn, pathOf, type Fields } from "./shared/json-fields.js";
import { shared } from "./shared/n-grams.js";
import { rowSums, writtenSums, type RowSums } from "./shared/row-sums.js";
import { schemaNamed } from "./shared/schema-argument.js";

/** Fields that are told by themselves: those that do worst. */
const TOLD = 6;

export const fieldF1: MetricImplementation = {
  ...measures(() => true),
  prepared: async (call, world) => measures(await schemaNamed(call, world)),
};

function measures(holds: Holds): MetricImplementation {
  return {
    ...writtenSums((_call, input) => sumsOf(input, holds)),
    why: { ofWritten: (_call, { targets }) => whyNone(targets) },
    notes: { ofWritten: (_call, input) => toldOf(input, holds) },
  };
}

const NONE: Fields = new Map();
function fieldsOf(text: string, holds: Holds): Fields {
  const value = jsonIn(text);
  return value && holds(value.is) ? fieldsIn(value.is) : NONE;
}
const wantedIn = (text: string): Fields => fieldsOf(text, () => true);

function sumsOf({ written, targets }: WrittenMetricInput, holds: Holds): RowSums {
  return rowSums(
    targets.length,
    3,
    (row) => {
      const [own, wanted] = [fieldsOf(written[row]!, holds), wantedIn(targets[row]!)];
      return [shared(own, wanted), sizeOf(own), sizeOf(wanted)];
    },
    ([hit = 0, given = 0, have = 0]) => (have === 0 ? Number.NaN : (2 * hit) / (given + have)),
  );
}
const sizeOf = (fields: Fields): number => [...fields.values()].reduce((sum, count) => sum + count, 0);

function whyNone(targets: readonly string[]): string | null {
  const first = targets.findIndex((text) => jsonIn(text) === null);
  if (first >= 0 && targets.every((text) => sizeOf(wantedIn(text)) === 0))
    return `no target is JSON with fields (the first is “${clipped(targets[first]!)}”)`;
  return "no target has a field";
}
const clipped = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text).replaceAll("\n", " ");

function toldOf({ written, targets }: WrittenMetricInput, holds: Holds): readonly string[] {
  const counts = new Map<string, { hit: number; given: number; have: number }>();
  const at = (field: string) => {
    const path = pathOf(field);
    const known = counts.get(path) ?? { hit: 0, given: 0, have: 0 };
    counts.set(path, known);
    return known;
  };
  targets.forEach((target, row) => {
    const [own, wanted] = [fieldsOf(written[row]!, holds), wantedIn(target)];
    for (const [field, count] of wanted) {
      at(field).have += count;
      at(field).hit += Math.min(count, own.get(field) ?? 0);
    }
    for (const [field, count] of own) at(field).given += count;
  });
  const scored = [...counts].map(([path, { hit, given, have }]) => ({ path, f1: (2 * hit) / (given + have) }));
  const worst = scored.toSorted((a, b) => a.f1 - b.f1 || (a.path < b.path ? -1 : 1)).slice(0, TOLD);
  const odd = targets.filter((text) => jsonIn(text) === null).length;
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
