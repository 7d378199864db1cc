/** Share of texts that are JSON and valid for the schema. NaN without rows. */
import type { SchemaValidator } from "#platform/schemas.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { parseJson } from "./shared/json-fields.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";
import { schemaOfCall } from "./shared/schema-argument.js";

export const jsonValidity: MetricImplementation = {
  ...measures(() => true),
  prepared: async (call, world) => measures(await schemaOfCall(call, world)),
};

function measures(holds: SchemaValidator): MetricImplementation {
  return {
    ofWritten: (_call, input) => scoreOfAllRows(validIn(input, holds)),
    samplers: { ofWritten: (_call, input) => rowSumsSampler(validIn(input, holds)) },
  };
}

function validIn({ written }: GeneratedTextMetricInput, holds: SchemaValidator): RowSums {
  return rowMeansOf(written.length, (row) => {
    const value = parseJson(written[row]!);
    return value && holds(value.is) ? 1 : 0;
  });
}
