/** Data whose rows stay on disk. */
import { isCall } from "./definitions.js";
import type { DataPlan } from "../../language/types/subject.js";
import type { Call, Value } from "../../language/types/value.js";

/** One of its sources at least reads rows as they are asked for. */
export function isStreamed({ source }: Pick<DataPlan, "source">): boolean {
  const calls = isCall(source as Value) ? [source as Call] : Object.values(source);
  return calls.some((call) => call.arguments["stream"] === true);
}
