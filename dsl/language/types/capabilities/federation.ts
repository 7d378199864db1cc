/** Capabilities of federation words: how updates are combined, which client has which rows, what is sent. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** Combines the updates of clients. */
export interface AggregatorCapabilities {
  /** Processes each update individually: sums of masked updates are not enough. */
  readonly needsSingleUpdates?: true;
  /** Minimum clients per round; defaults to one. */
  readonly minClients?: (call: Call) => number;
  /** Clients store state between rounds. */
  readonly clientsKeepState?: true;
  /** Additional vectors of the weights' length sent to each client, and returned with its update; defaults to none. */
  readonly extraVectors?: number;
}
/** Distributes the rows of one data set to clients. */
export interface PartitionCapabilities<C extends Call = Call> {
  /** Number of clients that the call names; null for as many as the partition column has values. */
  readonly clientCount: CallFunction<C, number | null>;
  /** The column whose values partition the rows, or their label; null for neither. */
  readonly partitionedBy?: CallFunction<C, { readonly column: string } | "label" | null>;
  /** Minimum rows per client; defaults to one. */
  readonly minRows?: CallFunction<C, number>;
}
/** Compresses updates. */
export interface UpdateCompressorCapabilities {
  /** Omits values, different ones for each client. */
  readonly sparse?: true;
}
