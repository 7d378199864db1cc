/** Reads the replay buffer from a strategy's record, for its implementation. */
import type { StrategyCapabilities } from "#dsl/language/types/capabilities/learning.js";
import type { StrategyImplementation } from "../kind.js";

export function replayImplementationOf({
  capabilities,
}: {
  readonly capabilities?: Pick<StrategyCapabilities, "replays">;
}): Pick<StrategyImplementation, "replay"> {
  const replays = capabilities?.replays;
  return replays ? { replay: replays } : {};
}
