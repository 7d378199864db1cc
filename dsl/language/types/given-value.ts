import type { Span } from "../diagnostics/span.js";
import type { Value } from "./value.js";

/** One key's value as given. Calls contain only written arguments. */
export interface GivenValue {
  readonly value: Value;
  readonly span: Span;
  readonly from: "written" | "parameter" | "reference";
  /** Spans of its parts: `optimizer.learning_rate` → span. */
  readonly places: ReadonlyMap<string, Span>;
}
