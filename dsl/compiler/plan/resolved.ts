/** A definition with its defaults filled in, and the origin of each value. */
import type { BaseFacts } from "../../language/types/facts.js";
import type { ModelPlan } from "../../language/types/value.js";
import type { ValueOrigin } from "./defaults.js";

export interface ResolvedPlan<P> {
  readonly plan: P;
  readonly origins: Readonly<Record<string, ValueOrigin>>;
}

export interface ResolvedModel extends ResolvedPlan<ModelPlan> {
  readonly base: BaseFacts | undefined;
}
