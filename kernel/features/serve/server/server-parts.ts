/** What a server is made of, beside its routes. */
import type { HttpOptions, Models } from "../contract.js";
import type { OngoingCalls } from "../http/call.js";
import type { ServerMetrics } from "../http/metrics.js";
import type { AccessControl } from "../http/access.js";
import type { MemoryBudget } from "../http/memory-budget.js";

export interface HttpServerParts {
  readonly models: Models;
  readonly o: HttpOptions;
  readonly doors: AccessControl;
  readonly underWay: OngoingCalls;
  readonly counts: ServerMetrics;
  readonly patience: HttpTimeouts;
  readonly memory: MemoryBudget;
  /** Whether no more requests are taken. */
  stops(): boolean;
  /** Whether that is about to be so, and /ready says it already. */
  drains(): boolean;
}

/** Milliseconds. */
export interface HttpTimeouts {
  /** For all headers of a request. */
  readonly headers: number;
  /** For a whole request. */
  readonly request: number;
  /** Between two requests of a connection: longer than clients wait, so that they close it and not we. */
  readonly idle: number;
}
export const defaultTimeouts: HttpTimeouts = { headers: 10_000, request: 60_000, idle: 75_000 };
