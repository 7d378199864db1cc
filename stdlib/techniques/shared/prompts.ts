/** Shared parts of the records of techniques with virtual tokens. */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";
import { defineParameter } from "#dsl/language/types/define.js";
import { baseFacts, familyCapabilities } from "../../models/shared/base-facts.js";
import { virtualTokenCount } from "./virtual-tokens.js";

/**
 * Warns for decoders with fewer parameters: the smallest size at which the paper finds prompts close to full
 * fine-tuning.
 */
const SMALL = 1e9;

export const virtualTokensParameter = defineParameter({
  name: "tokens",
  type: { is: "number", integer: true },
  doc: "Virtual tokens before each text; they use positions that the text then lacks.",
  range: { min: 1, max: 1024 },
  default: { value: 20 },
  why: "More than 20 bring little (Lester et al., 2021), and each one costs time in every text.",
  impact: "medium",
});

/** Warns about small decoders. */
export function warnIfSmallDecoder(call: Call, context: WordCheckContext, trained: number): void {
  const base = baseFacts(context);
  const shape = familyCapabilities(context)?.shape;
  if (!base || base.parameters >= SMALL || shape !== "decoder") return;
  const name = context.statement["base"] ?? context.model?.["base"];
  context.report("small-for-prompts", {
    technique: call.word,
    base: typeof name === "string" ? name : "the base",
    parameters: base.parameters,
    trained,
  });
}
/** Capability: number of positions that the technique takes from a text. */
export const virtualTokenCapability = (call: Call): number => virtualTokenCount(call);
