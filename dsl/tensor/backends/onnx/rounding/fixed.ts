/**
 * Writes int8 matrix products with fixed scales, for bounds of the inputs that were measured on sample texts (`probed`).
 * Each product stands between QuantizeLinear and DequantizeLinear nodes: accelerators expect this form, and other
 * runtimes fuse it to one int8 product. Weights and embedding tables are rounded as in `int8.ts`.
 */
import type { StandaloneGraph, LazyWeight } from "../standalone.js";
import { lookupInRoundedTable, quantizedProductWeight, UINT8_STEPS } from "./int8.js";
import {
  bytesOfView,
  readFloats,
  weightProductsIn,
  roundGraph,
  type RoundingContext,
  type WeightProduct,
} from "./rewrite.js";

/** Minimum and maximum of each value that is a product's input, by its name. */
export type ProductInputBounds = ReadonlyMap<string, readonly [least: number, most: number]>;

/**
 * Returns the model with the bounds of products' inputs as additional outputs; `values`: their value names, in order.
 */
export function withInputBoundsAsOutputs(graph: StandaloneGraph): {
  readonly graph: StandaloneGraph;
  readonly values: readonly string[];
} {
  const values = [...new Set(weightProductsIn(graph).map(({ from }) => from))];
  const nodes = values.flatMap((value, i) =>
    (["ReduceMin", "ReduceMax"] as const).map((op, side) => ({
      name: inputBoundOutputName(i, side),
      op,
      domain: "",
      inputs: [value],
      outputs: [inputBoundOutputName(i, side)],
      attributes: { keepdims: { int: 0 } },
    })),
  );
  const outputs = nodes.map(({ name }) => ({ name, type: "f32" as const, shape: [] }));
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs: [...graph.outputs, ...outputs] }, values };
}
/** Returns the name of the output with a bound of a value. */
export function inputBoundOutputName(value: number, side: number): string {
  return `bound/${value}/${side}`;
}

export function roundToInt8WithBounds(graph: StandaloneGraph, bounds: ProductInputBounds): StandaloneGraph {
  return roundGraph(graph, { lookup: lookupInRoundedTable, product: (m, p) => product(m, p, bounds.get(p.from)) });
}

/** Rounds with known bounds of a layer, by its weight's name; without known bounds only the weight is rounded. */
export function roundToInt8WithLayerBounds(
  graph: StandaloneGraph,
  known: (weight: string) => readonly [least: number, most: number] | undefined,
): StandaloneGraph {
  return roundGraph(graph, { lookup: lookupInRoundedTable, product: (m, p) => asKnown(m, p, known(p.weight.name)) });
}

/** Adds the bias unrounded, as the quantizer of the weights does. */
function asKnown(m: RoundingContext, p: WeightProduct, bounds: readonly [number, number] | undefined): string {
  const x = bounds ? roundedBetween(m, p.x, bounds).x : p.x;
  const y = m.graph.node("MatMul", [x, factorsOf(m, p).weight]);
  return p.bias === undefined ? y : m.graph.node("Add", [y, p.bias]);
}

/** Quantizes and dequantizes a value; `size`: value of one step. */
function roundedBetween(
  { graph }: RoundingContext,
  x: string,
  bounds: readonly [number, number],
): { readonly x: string; readonly size: number } {
  const [least, most] = [Math.min(bounds[0], 0), Math.max(bounds[1], 0)];
  const size = most > least ? (most - least) / UINT8_STEPS : 1;
  const scale = graph.float(size);
  const zero = graph.constant("u8", [], Uint8Array.of(Math.round(-least / size)));
  return { x: graph.node("DequantizeLinear", [graph.node("QuantizeLinear", [x, scale, zero]), scale, zero]), size };
}

/** Returns the weight as codes that are dequantized where they are multiplied. */
function factorsOf(m: RoundingContext, p: WeightProduct): { readonly weight: string; readonly scales: LazyWeight } {
  const { graph } = m;
  const { codes, scales, turned } = quantizedProductWeight(m, p);
  const none = graph.constant("i8", [p.out], bytesOfView(new Int8Array(p.out)));
  const factors = graph.node("DequantizeLinear", [codes, scales.name, none], {
    attributes: { axis: { int: turned ? 0 : 1 } },
  });
  const weight = turned ? graph.node("Transpose", [factors], { attributes: { perm: { ints: [1, 0] } } }) : factors;
  return { weight, scales };
}

function product(
  m: RoundingContext,
  p: WeightProduct,
  bounds: readonly [number, number] | undefined,
): string | undefined {
  if (!bounds) return undefined;
  const { graph } = m;
  const { x, size } = roundedBetween(m, p.x, bounds);
  const { weight, scales } = factorsOf(m, p);
  const bias = p.bias === undefined ? undefined : m.named(p.bias);
  if (bias) return graph.node("Gemm", [x, weight, wholeBias(m, p, bias, scales, size)]);
  const y = graph.node("MatMul", [x, weight]);
  return p.bias === undefined ? y : graph.node("Add", [y, p.bias]);
}

/** Returns a bias as integers in steps of the product sums, so that it is added before dequantization. */
function wholeBias(m: RoundingContext, p: WeightProduct, bias: LazyWeight, scales: LazyWeight, size: number): string {
  const steps = async (): Promise<Float32Array> => (await readFloats(scales)).map((scale) => scale * size);
  const shape = [p.out];
  const codes = m.weight({
    name: `${p.weight.name}/bias`,
    type: "i32",
    shape,
    bytes: async () => {
      const [numbers, each] = [await readFloats(bias), await steps()];
      return bytesOfView(Int32Array.from(numbers, (x, i) => Math.round(x / each[i]!)));
    },
  });
  const each = m.weight({
    name: `${p.weight.name}/bias/scales`,
    type: "f32",
    shape,
    bytes: async () => bytesOfView(await steps()),
  });
  return m.graph.node("DequantizeLinear", [codes, each], { attributes: { axis: { int: 0 } } });
}
