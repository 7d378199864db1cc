/**
 * Draws row counts for each label, again until each client has the minimum, and then deals the rows. Cut points are
 * moved randomly, so that a label with a single row can go to any client. Plain rounding would give all rare labels to
 * the last client.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { shuffle } from "../statistics/chance.js";
import {
  rowsByValue,
  partitionRandomSource,
  drawClientCounts,
  splitByCounts,
  joinClientParts,
  numberedClients,
} from "./shared/client-rows.js";
import { countsFromShares, dirichletShares } from "./shared/dirichlet.js";
import { word } from "./dirichlet.js";

export const dirichletPartition: PartitionImplementation = {
  part(call, { rows, values, seed }) {
    const { clients, alpha, least } = argumentsWithDefaults(word, call);
    const labels = [...rowsByValue(values ?? Array.from({ length: rows }, () => "")).values()];
    const shares = partitionRandomSource(seed, 1);
    const counts = drawClientCounts(
      { partition: "dirichlet", rows, clients, least, alpha, groups: labels.length },
      () =>
        labels.map((labelRows) => countsFromShares(dirichletShares(clients, alpha, shares), labelRows.length, shares)),
    );
    const order = partitionRandomSource(seed, 2);
    const parts = labels.map((labelRows, k) =>
      splitByCounts(shuffle(Uint32Array.from(labelRows), order), counts[k] ?? []),
    );
    return numberedClients(joinClientParts(parts, clients));
  },
};
