/** Inference programs: the body as in the checkpoint, and the model with its head. */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { ModelImplementation } from "../models/kind.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { buildModel, layersOptionsOf, addModelInputs } from "./model.js";
import type { ActivationQuantization } from "../layers/rounded-activations.js";
import type { AssembleOptions } from "./options.js";

/**
 * Builds the body alone, as in the checkpoint. Inputs: input_ids, attention_mask, and token_type_ids if requested.
 * Output: last_hidden_state.
 */
export function assembleBodyProgram(options: {
  readonly family: ModelImplementation;
  readonly config: unknown;
  readonly prefixInCheckpoint: boolean;
  readonly tensors: AssembleOptions["tensors"];
  readonly tokenTypes?: boolean;
  readonly rounding?: ActivationQuantization;
}): Program {
  const graph = new Graph();
  const layers = makeLayerBuilder({
    ...layersOptionsOf(options, graph, 0, () => false),
    prefix: options.family.prefix,
  });
  const inputs = addModelInputs(graph, options);
  const body = options.family.build(layers, options.config, inputs, { dropout: 0, pooled: false });
  graph.output("last_hidden_state", body.last_hidden_state);
  return optimise(graph.program());
}

/** Builds body and head, with token types if requested. Outputs: logits, and further outputs that the task names. */
export function assembleForwardProgram(
  options: Omit<AssembleOptions, "optimizer" | "clip" | "dropout">,
  tokenTypes: boolean,
): Program {
  const graph = new Graph();
  const model = buildModel(
    { ...options, dropout: 0 },
    graph,
    addModelInputs(graph, { packed: options.packed, tokenTypes, family: options.family }),
  );
  const logits = model.logits();
  graph.output("logits", logits);
  for (const [name, tensor] of Object.entries(model.named?.(logits) ?? {})) graph.output(name, tensor);
  return optimise(graph.program(), options.passes);
}
