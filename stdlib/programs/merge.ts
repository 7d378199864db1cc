/**
 * Merges a technique into the linear layers that it rewrites. Such a layer is still x·Wᵀ + b, with another W and b: the
 * program finds them by feeding the identity and a row of zeros. This works for any technique (LoRA, DoRA, (IA)³,
 * user-defined).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder, LinearOptions } from "../layers/contract.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { buildModelBody } from "./body.js";
import { layersOptionsOf, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";

export type AdapterMergeOptions = Pick<
  AssembleOptions,
  "family" | "config" | "technique" | "prefixInCheckpoint" | "tensors" | "seed"
>;
/** A layer whose weight the technique changed. */
export interface MergedLayer {
  /** State names of weight and bias. */
  readonly weight: string;
  /** Null if the layer has no bias. */
  readonly bias: string | null;
  readonly in: number;
  readonly out: number;
  readonly layout: "out_in" | "in_out";
  /**
   * Output names of the program: `product` is x·W′ᵀ (plus terms that do not depend on x, if any); `whole` also adds the
   * layer's own bias.
   */
  readonly outputs: { readonly product: string; readonly whole: string };
}
/** Merge program for layers of one input width; its input is `x` f32 [rows, width]. */
export interface AdapterMergeProgram {
  readonly width: number;
  readonly program: Program;
  readonly layers: readonly MergedLayer[];
}

/**
 * Builds the merge programs; none if the technique changes no layer. Coded error `cannot-merge` if it does more than
 * rewrite linear layers.
 */
export function buildAdapterMergePrograms(options: AdapterMergeOptions): readonly AdapterMergeProgram[] {
  const changed = changedLayers(options);
  const widths = [...new Set([...changed.values()].map((one) => one.in))];
  return widths.map((width) => {
    const graph = new Graph();
    const layers = wrapped(options, plainLayers(options, graph));
    const x = graph.input("x", { dtype: "f32", shape: ["rows", width] });
    const layersOfWidth = [...changed].filter(([, one]) => one.in === width);
    const merged = layersOfWidth.map(([path, given]): MergedLayer => {
      const linear = straight(given);
      const outputs = { product: `${path}/product`, whole: `${path}/whole` };
      graph.output(outputs.product, layers.linear(path, x, { ...linear, bias: false }));
      graph.output(outputs.whole, layers.linear(path, x, linear));
      const name = options.family.prefix + path;
      const bias = linear.bias === false ? null : `${name}.bias`;
      const { layout = "out_in" } = linear;
      return { weight: `${name}.weight`, bias, in: linear.in, out: linear.out, layout, outputs };
    });
    return { width, program: optimise(graph.program()), layers: merged };
  });
}

/** Returns the options of the linear layer without its activation. */
function straight({ in: width, out, bias, layout, initial }: LinearOptions): LinearOptions {
  return {
    in: width,
    out,
    ...(bias !== undefined && { bias }),
    ...(layout !== undefined && { layout }),
    ...(initial !== undefined && { initial }),
  };
}

function plainLayers(options: AdapterMergeOptions, graph: Graph): LayerBuilder {
  return makeLayerBuilder({
    ...layersOptionsOf(options, graph, options.seed, () => false),
    prefix: options.family.prefix,
  });
}
function wrapped({ technique: { call, implementation } }: AdapterMergeOptions, layers: LayerBuilder): LayerBuilder {
  const wrappedLayers = implementation.around(call, layers);
  const others = Object.entries(wrappedLayers).flatMap(([key, value]) => {
    const same = value === Reflect.get(layers, key);
    return typeof value !== "function" || same || key === "linear" ? [] : [key];
  });
  if (implementation.body || others.length > 0)
    throw new CodedError("cannot-merge", {
      technique: call.word,
      why:
        others.length > 0 ? `it rewrites ${others.join(", ")} and not linear layers alone` : "it adds virtual tokens",
    });
  return wrappedLayers;
}

/**
 * Returns the changed layers by path. A layer is unchanged if the technique gives the plain layer's output for the same
 * input.
 */
function changedLayers(options: AdapterMergeOptions): ReadonlyMap<string, LinearOptions> {
  const graph = new Graph();
  const plain = plainLayers(options, graph);
  const given = new Map<Tensor, Tensor>();
  const linear: LayerBuilder["linear"] = (path, x, linearOptions) => {
    const y = plain.linear(path, x, linearOptions);
    given.set(y, x);
    return y;
  };
  const heard = { ...plain, linear };
  wrapped(options, heard);
  const changed = new Map<string, LinearOptions>();
  const outermost = (layers: LayerBuilder): LayerBuilder => ({
    ...layers,
    linear(path, x, linearOptions) {
      const y = layers.linear(path, x, linearOptions);
      if (given.get(y) !== x) changed.set(path, linearOptions);
      return y;
    },
  });
  buildModelBody(options, heard, addModelInputs(graph, options), { dropout: 0, outermost });
  return changed;
}
