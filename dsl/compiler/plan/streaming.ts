/** Data whose rows stay on disk. */
import { isCall } from "./definitions.js";
import type { DataPlan, Call, Value } from "../../language/types/value.js";

/** Whether at least one of the sources reads rows on demand. */
export function isStreamed({ source }: Pick<DataPlan, "source">): boolean {
  const calls = isCall(source as Value) ? [source as Call] : Object.values(source);
  return calls.some((call) => call.arguments["stream"] === true);
}
