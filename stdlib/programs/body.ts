/**
 * Builds the family's body under a technique, with wrapped layers. The technique may also wrap the body, to lengthen
 * sequences or to feed attention.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelInputs, ModelOutputs } from "../models/kind.js";
import type { AssembleOptions } from "./options.js";

export function buildModelBody(
  options: Pick<AssembleOptions, "family" | "config" | "technique">,
  layers: LayerBuilder,
  inputs: ModelInputs,
  how: {
    readonly dropout: number | null;
    readonly pooled?: boolean;
    /** True if a text is continued with a cache. */
    readonly continues?: boolean;
    /** True in training programs. Defaults to inference. */
    readonly trains?: boolean;
    /** Wraps the layers outside of the technique (a cache). */
    readonly outermost?: (layers: LayerBuilder) => LayerBuilder;
  },
): ModelOutputs {
  const { family, config } = options;
  const { call, implementation } = options.technique;
  const {
    dropout,
    pooled = true,
    continues = false,
    trains = false,
    outermost = (l: LayerBuilder): LayerBuilder => l,
  } = how;
  const build = (l: LayerBuilder, i: ModelInputs): ModelOutputs =>
    family.build(outermost(l), config, i, { dropout, pooled });
  const wrapped = implementation.around(call, layers);
  if (!implementation.body) return build(wrapped, inputs);
  if (inputs.segments && implementation.virtual) throw new CodedError("no-packed-prompts", { technique: call.word });
  const sizes = family.sizes(config);
  return implementation.body(call, { layers: wrapped, inputs, sizes, continues, trains, build });
}
