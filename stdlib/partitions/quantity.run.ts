import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import {
  partitionRandomSource,
  drawClientCounts,
  splitByCounts,
  numberedClients,
  shuffledRows,
} from "./shared/client-rows.js";
import { countsFromShares, dirichletShares } from "./shared/dirichlet.js";
import { word } from "./quantity.js";

export const quantityPartition: PartitionImplementation = {
  part(call, { rows, seed }) {
    const { clients, alpha, least } = argumentsWithDefaults(word, call);
    const generator = partitionRandomSource(seed, 1);
    const [counts] = drawClientCounts({ partition: "quantity", rows, clients, least, alpha, groups: 1 }, () => [
      countsFromShares(dirichletShares(clients, alpha, generator), rows, generator),
    ]);
    return numberedClients(splitByCounts(shuffledRows(rows, seed), counts ?? []));
  },
};
