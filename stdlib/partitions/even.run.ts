import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { splitByCounts, numberedClients, shuffledRows } from "./shared/client-rows.js";
import { word } from "./even.js";

export const evenPartition: PartitionImplementation = {
  part(call, { rows, seed }) {
    const { clients } = argumentsWithDefaults(word, call);
    if (rows < clients) throw new CodedError("empty-client", { partition: "even", rows, clients, least: 1 });
    const ends = Array.from({ length: clients + 1 }, (_, k) => Math.floor((k * rows) / clients));
    return numberedClients(
      splitByCounts(
        shuffledRows(rows, seed),
        ends.slice(1).map((end, k) => end - (ends[k] ?? 0)),
      ),
    );
  },
};
