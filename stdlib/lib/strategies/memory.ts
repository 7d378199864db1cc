/** Rows that a strategy keeps, as its word says: for its implementation. */
import type { StrategyCapabilities } from "#dsl/types/capabilities/learning.js";
import type { StrategyImplementation } from "../../kinds/strategy.js";

export function memoryOf({
  capabilities,
}: {
  readonly capabilities?: Pick<StrategyCapabilities, "remembers">;
}): Pick<StrategyImplementation, "memory"> {
  const remembers = capabilities?.remembers;
  return remembers ? { memory: remembers } : {};
}
