/** Errors of a task over a family that lacks what its head reads; the families that have it are those of the vocabulary now. */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registry } from "../../registry.js";
import type { FamilyShape } from "./families.js";

type Capabilities = FamilyCapabilities | undefined;

function refusal(task: string, family: string, fits: (own: Capabilities) => boolean): CodedError<"task-not-for-base"> {
  const models = registry.ofKind("model").filter((word) => !word.planned && fits(word.capabilities));
  return new CodedError("task-not-for-base", { task, family, families: models.map(({ name }) => name) });
}

/** The error of a body that has no output embedding. */
export function missingHeadError(task: string): CodedError<"task-not-for-base"> {
  return refusal(task, "encoder", (capabilities) => capabilities?.shape === "decoder");
}

/** The error of a body that has no head over whole texts. */
export function missingSentenceHeadError(task: string, family: FamilyShape): CodedError<"task-not-for-base"> {
  return refusal(task, family, (capabilities) => capabilities?.shape === "encoder");
}

/** The error of a body that has no head for masked tokens. */
export function missingUnmaskingError(task: string): CodedError<"task-not-for-base"> {
  return refusal(task, "model's", (capabilities) => capabilities?.unmasks === true);
}
