/**
 * The sum of a round's updates by the whole protocol of secure aggregation, all parties in this process: what a server of clients
 * elsewhere would see, and what it would cost.
 */
import type { Asked, Summed } from "../server.js";
import { securelySummed } from "../secure/together.js";

/** Clients that are lost have shared keys and secrets, and send no vector. Coded errors of secure sums. */
export function maskedSums(signal?: AbortSignal): Summed {
  return async (vectors, { clients, lost }: Asked, width) => {
    const size = [...vectors.values()][0]?.length ?? 0;
    const all = clients.map((client) => vectors.get(client) ?? new Float64Array(size));
    const drops = new Map(clients.flatMap((client, at) => (lost.includes(client) ? [[at, "input" as const]] : [])));
    const { sum, sent, received } = await securelySummed(all, { ...width, drops, ...(signal && { signal }) });
    return { sum, sent: received, received: sent };
  };
}
