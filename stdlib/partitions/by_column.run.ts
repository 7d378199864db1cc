import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { rowsByValue } from "./shared/client-rows.js";
import { word } from "./by_column.js";

export const byColumn: PartitionImplementation = {
  part(call, { values }) {
    const clients = rowsByValue(values ?? []);
    const nobody = clients.get("") ?? [];
    if (nobody.length > 0)
      throw new CodedError("rows-without-client", {
        column: argumentsWithDefaults(word, call).column,
        count: nobody.length,
        rows: nobody.slice(0, 5).map((row) => row + 1),
      });
    return [...clients].map(([name, rows]) => ({ name, rows: Uint32Array.from(rows) }));
  },
};
