/** Which families a task can be built on, told before anything is loaded. */
import { CodedError } from "#dsl/check/codes.js";
import type { CheckContext } from "#dsl/check/context.js";
import { baseFacts } from "../base-facts.js";
import "./codes.js";

export const ENCODERS = ["bert"] as const;
export const DECODERS = ["gpt2", "llama", "mistral", "qwen2"] as const;

/** Reports `task-not-for-base` where the base is known and of another family. */
export function wantFamily(task: string, families: readonly string[], context: CheckContext): void {
  const family = baseFacts(context)?.family;
  if (family !== undefined && !families.includes(family))
    context.report("task-not-for-base", { task, family, families });
}

/** The error of a body that has no output embedding. */
export function noHead(task: string): CodedError<"task-not-for-base"> {
  return new CodedError("task-not-for-base", { task, family: "encoder", families: DECODERS });
}
