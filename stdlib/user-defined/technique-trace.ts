/**
 * Finds what a user-defined technique trains and adds, by building the base's body under it without computing anything.
 * No formula is needed, and a mistake in its functions is found before the run.
 */
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { ModelImplementation } from "../models/kind.js";
import type { TechniqueImplementation } from "../techniques/kind.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { buildModelBody } from "../programs/body.js";
import { layersOptionsOf, addModelInputs } from "../programs/model.js";

/**
 * A trained parameter of the body; `tensor`: the base's tensor that it starts as, missing if the technique adds it.
 */
export interface TracedParameter {
  readonly name: string;
  readonly elements: number;
  readonly tensor?: string;
}

const families = new Map<string, ModelImplementation>();
/** Tracing is part of a synchronous compilation, so the families are loaded beforehand. */
export async function loadModelFamilies(registry: Registry): Promise<void> {
  const words = registry.ofKind("model").filter((word) => word.load && !families.has(word.name));
  for (const word of words) families.set(word.name, await loadWordImplementation(word));
}

/** Throws what the technique's functions throw. Returns null if the family isn't loaded (while someone is typing). */
export function traceTrainedParameters(
  implementation: TechniqueImplementation,
  call: Call,
  base: BaseFacts,
): readonly TracedParameter[] | null {
  const family = families.get(base.family);
  if (!family) return null;
  const graph = new Graph();
  const config = family.config(base.config);
  const settings = {
    family,
    config,
    technique: { call, implementation },
    tensors: base.shapes,
    prefixInCheckpoint: Object.keys(base.shapes).some((name) => name.startsWith(family.prefix)),
  };
  const options = layersOptionsOf(settings, graph, 0, (path) => implementation.trains(call, path));
  buildModelBody(settings, makeLayerBuilder({ ...options, prefix: family.prefix }), addModelInputs(graph, { family }), {
    dropout: 0,
  });
  return Object.entries(graph.program().state).flatMap(([name, { trains, type, initial }]) => {
    if (!trains) return [];
    const elements = (type.shape as number[]).reduce((n, d) => n * d, 1);
    return [{ name, elements, ...("checkpoint" in initial && { tensor: initial.checkpoint }) }];
  });
}
