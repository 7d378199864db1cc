/** Parameters of a family's body, derived from its config alone: names and shapes. */
import { Graph } from "#dsl/tensor/builder.js";
import type { Implementations } from "#dsl/language/types/registry.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { layersOptionsOf, addModelInputs } from "./model.js";

/** `config`: result of `family.config`. Names include the family's prefix. */
export function parameterShapesOf(
  family: Implementations["model"],
  config: unknown,
): Readonly<Record<string, readonly number[]>> {
  const graph = new Graph();
  const from = { family, config, prefixInCheckpoint: false, tensors: new Set<string>() };
  const layers = makeLayerBuilder({ ...layersOptionsOf(from, graph, 0, () => true), prefix: family.prefix });
  family.build(layers, config, addModelInputs(graph, { family }), { dropout: 0 });
  const { state } = graph.program();
  return Object.fromEntries(Object.entries(state).map(([name, { type }]) => [name, type.shape as readonly number[]]));
}

export function elementCount(shapes: Readonly<Record<string, readonly number[]>>): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
