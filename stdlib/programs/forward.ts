/** Programs that only look: the body as it is in the checkpoint, and the model with its head. */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { ModelImplementation } from "../models/kind.js";
import { makeLayers } from "../layers/graph-layers.js";
import { buildModel, layersOptions, modelInputs } from "./model.js";
import type { RoundedActivations } from "../layers/rounded-activations.js";
import type { AssembleOptions } from "./options.js";

/** The body alone, as it is in the checkpoint: inputs input_ids, attention_mask, token_type_ids if asked; output last_hidden_state. */
export function assembleBody(o: {
  readonly family: ModelImplementation;
  readonly config: unknown;
  readonly prefixInCheckpoint: boolean;
  readonly tensors: AssembleOptions["tensors"];
  readonly tokenTypes?: boolean;
  readonly rounding?: RoundedActivations;
}): Program {
  const graph = new Graph();
  const layers = makeLayers({ ...layersOptions(o, graph, 0, () => false), prefix: o.family.prefix });
  const inputs = modelInputs(graph, o);
  const body = o.family.build(layers, o.config, inputs, { dropout: 0, pooled: false });
  graph.output("last_hidden_state", body.last_hidden_state);
  return optimise(graph.program());
}

/** Body and head as they are, with token types if asked; outputs logits, and what the task names besides. */
export function assembleForward(
  o: Omit<AssembleOptions, "optimizer" | "clip" | "dropout">,
  tokenTypes: boolean,
): Program {
  const graph = new Graph();
  const model = buildModel(
    { ...o, dropout: 0 },
    graph,
    modelInputs(graph, { packed: o.packed, tokenTypes, family: o.family }),
  );
  const logits = model.logits();
  graph.output("logits", logits);
  for (const [name, own] of Object.entries(model.named?.(logits) ?? {})) graph.output(name, own);
  return optimise(graph.program(), o.passes);
}
