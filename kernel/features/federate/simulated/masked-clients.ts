/**
 * The sum of a round's updates by the full secure aggregation protocol, with all parties in this process: shows what a
 * server of remote clients would see, and what it would cost.
 */
import type { SecureSummer } from "../server.js";
import { computeSecureSum } from "../secure/secure-sum.js";
import { weightedContribution } from "../summed-vector.js";

/** Lost clients have shared keys and secrets but send no vector. Coded errors of secure sums. */
export function localMaskedSummer(signal?: AbortSignal): SecureSummer {
  return async ({ answers, selected: { clients, lost }, names, weigh, values, width }) => {
    const all = clients.map((client) => {
      const one = answers.get(client);
      return one ? weightedContribution(one, names, weigh(one)) : new Float64Array(values);
    });
    const drops = new Map(
      clients.flatMap((client, index) => (lost.includes(client) ? [[index, "input" as const]] : [])),
    );
    const { sum, sent, received } = await computeSecureSum(all, { ...width, drops, ...(signal && { signal }) });
    return { sum, sent: received, received: sent };
  };
}
