import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "../kinds/partition.js";
import { chanceOf, counted, cut, numbered, shuffled } from "../lib/partitions/dealt.js";
import { countsOf, dirichlet } from "../lib/partitions/dirichlet.js";
import { word } from "./quantity.js";

export const quantity: PartitionImplementation = {
  part(call, { rows, seed }) {
    const { clients, alpha, least } = argumentsOf(word, call);
    const generator = chanceOf(seed, 1);
    const [counts] = counted({ partition: "quantity", rows, clients, least, alpha, of: 1 }, () => [
      countsOf(dirichlet(clients, alpha, generator), rows, generator),
    ]);
    return numbered(cut(shuffled(rows, seed), counts ?? []));
  },
};
