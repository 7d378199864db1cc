/** A definition with its defaults filled in, and where each value came from. */
import type { BaseFacts } from "../../language/types/facts.js";
import type { ModelPlan } from "../../language/types/subject.js";
import type { ValueOrigin } from "./defaults.js";

export interface Resolved<P> {
  readonly plan: P;
  readonly origins: Readonly<Record<string, ValueOrigin>>;
}

export interface ResolvedModel extends Resolved<ModelPlan> {
  readonly base: BaseFacts | undefined;
}
