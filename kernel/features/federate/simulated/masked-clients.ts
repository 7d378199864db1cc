/**
 * The sum of a round's updates by the whole protocol of secure aggregation, all parties in this process: what a server of clients
 * elsewhere would see, and what it would cost.
 */
import type { Summed } from "../server.js";
import { securelySummed } from "../secure/secure-sum.js";
import { vectorOf } from "../summed-vector.js";

/** Clients that are lost have shared keys and secrets, and send no vector. Coded errors of secure sums. */
export function maskedSums(signal?: AbortSignal): Summed {
  return async ({ answers, asked: { clients, lost }, names, weigh, values, width }) => {
    const all = clients.map((client) => {
      const one = answers.get(client);
      return one ? vectorOf(one, names, weigh(one)) : new Float64Array(values);
    });
    const drops = new Map(clients.flatMap((client, at) => (lost.includes(client) ? [[at, "input" as const]] : [])));
    const { sum, sent, received } = await securelySummed(all, { ...width, drops, ...(signal && { signal }) });
    return { sum, sent: received, received: sent };
  };
}
