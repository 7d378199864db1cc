/** What a server is made of, beside its routes. */
import type { HttpOptions, Models } from "../contract.js";
import type { UnderWay } from "./call.js";
import type { Counts } from "./counts.js";
import type { Doors } from "./doors.js";

export interface Parts {
  readonly models: Models;
  readonly o: HttpOptions;
  readonly doors: Doors;
  readonly underWay: UnderWay;
  readonly counts: Counts;
  /** Whether no more requests are taken. */
  stops(): boolean;
}
