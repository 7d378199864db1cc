/** What words of federations say of themselves: what becomes of updates, who has which rows, what is sent. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** What becomes of the updates of clients. */
export interface AggregatorCapabilities {
  /** It looks at each update by itself: sums of masked ones are not enough. */
  readonly each?: true;
  /** Fewest clients of a round, by its call; absent: one. */
  readonly least?: (call: Call) => number;
  /** Clients keep something from round to round. */
  readonly keeps?: true;
  /** Vectors that go to a client beside the weights, and back beside its update, each as long; absent: none. */
  readonly beside?: number;
}
/** How rows of one data set are given to clients. */
export interface PartitionCapabilities<C extends Call = Call> {
  /** Clients that the call names; null: as many as the column that it parts by has values. */
  readonly clients: CallFunction<C, number | null>;
  /** The column by whose values it parts, or the rows' label; null: by nothing. */
  readonly by?: CallFunction<C, { readonly column: string } | "label" | null>;
  /** Fewest rows of a client; absent: one. */
  readonly least?: CallFunction<C, number>;
}
/** What makes updates smaller. */
export interface CompressorCapabilities {
  /** It leaves values out, others for each client. */
  readonly sparse?: true;
}
