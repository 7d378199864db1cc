/** What a server is made of, beside its routes. */
import type { HttpOptions, Models } from "../contract.js";
import type { UnderWay } from "../http/call.js";
import type { Counts } from "../http/metrics.js";
import type { Doors } from "../http/access.js";
import type { Memory } from "../http/memory-budget.js";

export interface Parts {
  readonly models: Models;
  readonly o: HttpOptions;
  readonly doors: Doors;
  readonly underWay: UnderWay;
  readonly counts: Counts;
  readonly patience: Patience;
  readonly memory: Memory;
  /** Whether no more requests are taken. */
  stops(): boolean;
  /** Whether that is about to be so, and /ready says it already. */
  drains(): boolean;
}

/** Milliseconds. */
export interface Patience {
  /** For all headers of a request. */
  readonly headers: number;
  /** For a whole request. */
  readonly request: number;
  /** Between two requests of a connection: longer than clients wait, so that they close it and not we. */
  readonly idle: number;
}
export const patience: Patience = { headers: 10_000, request: 60_000, idle: 75_000 };
