/** Texts that are JSON, held to a schema. NaN on no rows. */
import type { Holds } from "#platform/schemas.js";
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { jsonIn } from "./shared/json-fields.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "./shared/row-sums.js";
import { schemaNamed } from "./shared/schema-argument.js";

export const jsonValidity: MetricImplementation = {
  ...measures(() => true),
  prepared: async (call, world) => measures(await schemaNamed(call, world)),
};

function measures(holds: Holds): MetricImplementation {
  return {
    ofWritten: (_call, input) => whole(validIn(input, holds)),
    samplers: { ofWritten: (_call, input) => drawnFrom(validIn(input, holds)) },
  };
}

function validIn({ written }: WrittenMetricInput, holds: Holds): RowSums {
  return rowMeans(written.length, (row) => {
    const value = jsonIn(written[row]!);
    return value && holds(value.is) ? 1 : 0;
  });
}
