import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { PartitionImplementation } from "./kind.js";
import { chanceOf, counted, cut, numbered, shuffled } from "./shared/client-rows.js";
import { countsOf, dirichlet } from "./shared/dirichlet.js";
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
