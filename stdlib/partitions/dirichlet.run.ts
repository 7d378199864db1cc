/**
 * Numbers of rows are drawn for each label, again until each client has the fewest that it may have; then rows are dealt. A label
 * of one row is anybody's: cuts are moved by chance, where a plain rounding would give all rare labels to the last client.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { shuffle } from "../statistics/chance.js";
import { byValue, chanceOf, counted, cut, joined, numbered } from "./shared/client-rows.js";
import { countsOf, dirichlet } from "./shared/dirichlet.js";
import { word } from "./dirichlet.js";

export const dirichletPartition: PartitionImplementation = {
  part(call, { rows, values, seed }) {
    const { clients, alpha, least } = argumentsOf(word, call);
    const labels = [...byValue(values ?? Array.from({ length: rows }, () => "")).values()];
    const shares = chanceOf(seed, 1);
    const counts = counted({ partition: "dirichlet", rows, clients, least, alpha, of: labels.length }, () =>
      labels.map((own) => countsOf(dirichlet(clients, alpha, shares), own.length, shares)),
    );
    const order = chanceOf(seed, 2);
    const parts = labels.map((own, k) => cut(shuffle(Uint32Array.from(own), order), counts[k] ?? []));
    return numbered(joined(parts, clients));
  },
};
