/** Measures the range of the inputs of linear layers, for fixed quantization scales. */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { buildModel, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";

export interface LinearInputRangeProgram {
  /** Inputs as in `assembleForwardProgram`. Outputs: scalars `least/<n>` and `most/<n>` for each path. */
  readonly program: Program;
  /** Paths of the linear layers; those of the body include its prefix. */
  readonly paths: readonly string[];
}

export function buildLinearInputRangeProgram(
  options: Omit<AssembleOptions, "optimizer" | "clip" | "dropout" | "onLinearInput">,
  tokenTypes: boolean,
): LinearInputRangeProgram {
  const graph = new Graph();
  const seen = new Map<string, Tensor>();
  const inputs = addModelInputs(graph, { packed: options.packed, tokenTypes, family: options.family });
  const model = buildModel({ ...options, dropout: 0, onLinearInput: (path, x) => seen.set(path, x) }, graph, inputs);
  model.logits();
  const paths = [...seen.keys()];
  paths.forEach((path, n) => {
    const x = seen.get(path);
    const axes = Array.from({ length: x?.rank ?? 0 }, (_, axis) => axis);
    if (x) graph.output(`least/${String(n)}`, x.min(axes));
    if (x) graph.output(`most/${String(n)}`, x.max(axes));
  });
  return { program: optimise(graph.program(), options.passes), paths };
}
