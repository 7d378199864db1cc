import type { Span } from "../diagnostics/span.js";
import type { Value } from "./value.js";

/** One key's value as it was given. Calls hold only what was written. */
export interface GivenValue {
  readonly value: Value;
  readonly span: Span;
  readonly from: "written" | "parameter" | "reference";
  /** Where its parts stand: `optimizer.learning_rate` → span. */
  readonly places: ReadonlyMap<string, Span>;
}
