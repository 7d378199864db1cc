/** Facts about a model's base, for use by words. */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { isFailedFact, type BaseFacts } from "#dsl/language/types/facts.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";

/** Returns the facts of the model's base; undefined while they are not known. */
export function baseFacts(context: WordCheckContext): BaseFacts | undefined {
  if (context.base) return context.base;
  const name = context.statement["base"] ?? context.model?.["base"];
  const folder = context.statement["folder"] ?? "";
  if (typeof name !== "string" || typeof folder !== "string") return undefined;
  const facts = context.facts.get({ about: "base", name, folder });
  return facts && !isFailedFact(facts) ? facts : undefined;
}

export function familyCapabilities(context: WordCheckContext): FamilyCapabilities | undefined {
  const facts = baseFacts(context);
  return facts && context.find("model", facts.family)?.capabilities;
}

/** Returns the hidden size of the base, from its family's size fields. */
export function baseHiddenSize(context: WordCheckContext): number | undefined {
  const config = baseFacts(context)?.config;
  return familyCapabilities(context)
    ?.sizeFields.hidden.map((name) => config?.[name])
    .find((size): size is number => typeof size === "number");
}
