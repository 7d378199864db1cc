/**
 * Well-known checkpoints as the facts of a base. The family's own code is built from the sizes in its config.json, and
 * the shapes of its parameters are those of the graph. So pages can show the results of the checker and the plan
 * without any weights.
 */
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Registry, Word } from "#dsl/language/types/registry.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { makeLayerBuilder } from "#stdlib/layers/graph-layers.js";
import { layersOptionsOf, addModelInputs } from "#stdlib/programs/model.js";

export interface Checkpoint {
  readonly name: string;
  readonly family: Word<"model">;
  readonly implementation: ModelImplementation;
  readonly config: Readonly<Record<string, unknown>>;
  readonly facts: BaseFacts;
}

/** Returns the checkpoints that the family's word lists, the most common first. */
export async function checkpointsOf(family: Word<"model">): Promise<readonly Checkpoint[]> {
  const known = family.capabilities?.checkpoints ?? [];
  const implementation = await loadWordImplementation(family);
  return known.map(({ name, config: sizes }) => {
    const config = { model_type: family.capabilities?.modelType, ...sizes };
    return { name, family, implementation, config, facts: factsOf(family, implementation, config) };
  });
}
export async function allCheckpoints(registry: Registry): Promise<readonly Checkpoint[]> {
  const families = registry.ofKind("model").filter((word) => !word.planned);
  return (await Promise.all(families.map(checkpointsOf))).flat();
}

function factsOf(word: Word<"model">, family: ModelImplementation, json: Readonly<Record<string, unknown>>): BaseFacts {
  const config = family.config(json);
  const graph = new Graph();
  const options = layersOptionsOf({ family, config, prefixInCheckpoint: true, tensors: {} }, graph, 0, () => false);
  const layers = makeLayerBuilder({ ...options, prefix: family.prefix });
  // A separate head is read if the checkpoint has one.
  const has = (path: string): boolean => path === "lm_head.weight" && json["tie_word_embeddings"] === false;
  family.build({ ...layers, has }, config, addModelInputs(graph, { family }), { dropout: 0 });
  const { state } = graph.program();
  const shapes = Object.fromEntries(
    Object.entries(state).map(([name, { type }]) => [name, type.shape as readonly number[]]),
  );
  return {
    folder: "",
    hash: "",
    family: word.name,
    config: json,
    parameters: Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
    shapes,
    hasTokenizer: true,
    chatTemplate: true,
    positions: family.sizes(config).positions,
  };
}
