/**
 * Products in whole numbers of a byte by scales that are fixed beforehand: what comes in lies between bounds that texts of the
 * same kind showed (`probed`). Written as QuantizeLinear and DequantizeLinear around plain products, which runtimes for
 * accelerators read, and others make one product of. Weights and tables as in `int8.ts`.
 */
import type { StandaloneGraph, LazyWeight } from "../standalone.js";
import { roundedLookup, productWeight, UINT8_STEPS } from "./int8.js";
import {
  bytesOfView,
  readFloats,
  productsIn,
  roundGraph,
  type RoundingContext,
  type WeightProduct,
} from "./rewrite.js";

/** Least and greatest number of each value that goes into a product, by its name. */
export type ValueBounds = ReadonlyMap<string, readonly [least: number, most: number]>;

/** The model with the bounds of what goes into products as outputs besides; `values`: whose they are, in order. */
export function withBoundOutputs(graph: StandaloneGraph): {
  readonly graph: StandaloneGraph;
  readonly values: readonly string[];
} {
  const values = [...new Set(productsIn(graph).map(({ from }) => from))];
  const nodes = values.flatMap((value, i) =>
    (["ReduceMin", "ReduceMax"] as const).map((op, side) => ({
      name: boundOutputName(i, side),
      op,
      domain: "",
      inputs: [value],
      outputs: [boundOutputName(i, side)],
      attributes: { keepdims: { int: 0 } },
    })),
  );
  const outputs = nodes.map(({ name }) => ({ name, type: "f32" as const, shape: [] }));
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs: [...graph.outputs, ...outputs] }, values };
}
/** The output that tells a bound of a value. */
export function boundOutputName(value: number, side: number): string {
  return `bound/${value}/${side}`;
}

export function roundWithBounds(graph: StandaloneGraph, bounds: ValueBounds): StandaloneGraph {
  return roundGraph(graph, { lookup: roundedLookup, product: (m, p) => product(m, p, bounds.get(p.from)) });
}

/** By bounds that are known of a layer, by its weight's name; of those of which none are known the weight alone is rounded. */
export function roundWithKnownBounds(
  graph: StandaloneGraph,
  known: (weight: string) => readonly [least: number, most: number] | undefined,
): StandaloneGraph {
  return roundGraph(graph, { lookup: roundedLookup, product: (m, p) => asKnown(m, p, known(p.weight.name)) });
}

/** The bias is added as it is, as who rounded the weights adds it. */
function asKnown(m: RoundingContext, p: WeightProduct, bounds: readonly [number, number] | undefined): string {
  const x = bounds ? roundedBetween(m, p.x, bounds).x : p.x;
  const y = m.graph.node("MatMul", [x, factorsOf(m, p).weight]);
  return p.bias === undefined ? y : m.graph.node("Add", [y, p.bias]);
}

/** As whole numbers that are numbers again; `size`: what a step of them stands for. */
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

/** The weight as codes that are numbers again where it is multiplied. */
function factorsOf(m: RoundingContext, p: WeightProduct): { readonly weight: string; readonly scales: LazyWeight } {
  const { graph } = m;
  const { codes, scales, turned } = productWeight(m, p);
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

/** A bias as whole numbers of what one step of a sum of products stands for: then it is added before sums become fractions. */
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
