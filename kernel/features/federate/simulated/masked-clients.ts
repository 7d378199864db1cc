/**
 * The sum of a round's updates by the whole protocol of secure aggregation, all parties in this process: what a server of clients
 * elsewhere would see, and what it would cost.
 */
import type { SecureSummer } from "../server.js";
import { computeSecureSum } from "../secure/secure-sum.js";
import { summedVectorOf } from "../summed-vector.js";

/** Clients that are lost have shared keys and secrets, and send no vector. Coded errors of secure sums. */
export function localMaskedSummer(signal?: AbortSignal): SecureSummer {
  return async ({ answers, selected: { clients, lost }, names, weigh, values, width }) => {
    const all = clients.map((client) => {
      const one = answers.get(client);
      return one ? summedVectorOf(one, names, weigh(one)) : new Float64Array(values);
    });
    const drops = new Map(
      clients.flatMap((client, index) => (lost.includes(client) ? [[index, "input" as const]] : [])),
    );
    const { sum, sent, received } = await computeSecureSum(all, { ...width, drops, ...(signal && { signal }) });
    return { sum, sent: received, received: sent };
  };
}
