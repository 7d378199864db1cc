/**
 * Errors of a task on a family without the head that it needs. They list the families that have it, from the current
 * vocabulary.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registry } from "../../registry.js";
import type { FamilyArchitecture } from "./families.js";

type Capabilities = FamilyCapabilities | undefined;

function refusal(task: string, family: string, fits: (own: Capabilities) => boolean): CodedError<"task-not-for-base"> {
  const models = registry.ofKind("model").filter((word) => !word.planned && fits(word.capabilities));
  return new CodedError("task-not-for-base", { task, family, families: models.map(({ name }) => name) });
}

/** Returns the error for a body without output embedding. */
export function missingOutputEmbeddingError(task: string): CodedError<"task-not-for-base"> {
  return refusal(task, "encoder", (capabilities) => capabilities?.shape === "decoder");
}

/** Returns the error for a body without sequence head. */
export function missingSentenceHeadError(task: string, family: FamilyArchitecture): CodedError<"task-not-for-base"> {
  return refusal(task, family, (capabilities) => capabilities?.shape === "encoder");
}

/** Returns the error for a body without masked-language-model head. */
export function missingMaskedLmHeadError(task: string): CodedError<"task-not-for-base"> {
  return refusal(task, "model's", (capabilities) => capabilities?.unmasks === true);
}
