/** Parts of a server other than its routes. */
import type { HttpOptions, ServedModelCollection } from "../contract.js";
import type { OngoingCalls } from "../http/call.js";
import type { ServerMetrics } from "../http/metrics.js";
import type { AccessControl } from "../http/access.js";
import type { MemoryBudget } from "../http/memory-budget.js";

export interface HttpServerParts {
  readonly models: ServedModelCollection;
  readonly o: HttpOptions;
  readonly doors: AccessControl;
  readonly underWay: OngoingCalls;
  readonly counts: ServerMetrics;
  readonly patience: HttpTimeouts;
  readonly memory: MemoryBudget;
  stops(): boolean;
  /** Whether it is about to reject requests, which /ready already reports. */
  drains(): boolean;
}

/** Milliseconds. */
export interface HttpTimeouts {
  /** For all headers of a request. */
  readonly headers: number;
  /** For a complete request. */
  readonly request: number;
  /** Between two requests of a connection: longer than clients wait, so that clients close it and not the server. */
  readonly idle: number;
}
export const defaultTimeouts: HttpTimeouts = { headers: 10_000, request: 60_000, idle: 75_000 };
