/**
 * Shared rewriting for quantized standalone models: finds products with weights and table lookups, and rewrites them
 * over rounded weights. Weights that nothing reads any more are dropped.
 */
import { OnnxGraph } from "../graph.js";
import type { OnnxNode } from "../proto.js";
import type { StandaloneGraph, LazyWeight } from "../standalone.js";

/** x [rows, in] times a weight, plus a bias [out]. */
export interface WeightProduct {
  readonly node: OnnxNode;
  readonly x: string;
  /** Name of x before any rounding. */
  readonly from: string;
  readonly weight: LazyWeight;
  readonly bias: string | undefined;
  readonly in: number;
  readonly out: number;
  /** The weight is laid out as [out, in]; otherwise as [in, out]. */
  readonly turned: boolean;
}
/** A lookup of table rows. */
export interface TableLookup {
  readonly node: OnnxNode;
  readonly table: LazyWeight;
  readonly indices: string;
}
export interface RoundingContext {
  readonly graph: OnnxGraph;
  /** Adds a weight, or finds the one with its name; returns the name. */
  weight(weight: LazyWeight): string;
  /** Returns an original weight of the model; undefined if none has the name. */
  named(name: string): LazyWeight | undefined;
  /** Whether a table is read both by rows and as a weight. */
  shared(weight: LazyWeight): boolean;
}
export interface RoundingRules {
  /** Returns the value that replaces the product; undefined to leave it unchanged. */
  product?(m: RoundingContext, p: WeightProduct): string | undefined;
  lookup?(m: RoundingContext, l: TableLookup): string | undefined;
}

export function weightProductsIn(graph: StandaloneGraph): readonly WeightProduct[] {
  const weights = new Map(graph.weights.map((weight) => [weight.name, weight]));
  return graph.nodes.flatMap((node) => {
    const one = sortOf(node, weights);
    return one && "weight" in one ? [one] : [];
  });
}

export function roundGraph(graph: StandaloneGraph, by: RoundingRules): StandaloneGraph {
  const weights = new Map(graph.weights.map((weight) => [weight.name, weight]));
  const found = graph.nodes.map((node) => sortOf(node, weights));
  const [tables, factors] = [new Set<string>(), new Set<string>()];
  for (const one of found) {
    if (one && "table" in one) tables.add(one.table.name);
    if (one && "weight" in one) factors.add(one.weight.name);
  }
  const made = new Map<string, LazyWeight>();
  const out = new OnnxGraph("rounded/");
  const making: RoundingContext = {
    graph: out,
    weight(weight) {
      if (!made.has(weight.name)) made.set(weight.name, weight);
      return weight.name;
    },
    named: (name) => weights.get(name),
    shared: ({ name }) => tables.has(name) && factors.has(name),
  };
  const renamed = new Map<string, string>();
  const nodes: OnnxNode[] = [];
  graph.nodes.forEach((given, i) => {
    const node = { ...given, inputs: given.inputs.map((name) => renamed.get(name) ?? name) };
    const one = found[i];
    const before = out.nodes.length;
    const value =
      one && ("table" in one ? by.lookup?.(making, again(one, node)) : by.product?.(making, again(one, node)));
    if (value === undefined) nodes.push(node);
    else {
      nodes.push(...out.nodes.slice(before));
      renamed.set(node.outputs[0]!, value);
    }
  });
  return tidy({
    ...graph,
    nodes: restored(nodes, renamed, graph),
    constants: [...graph.constants, ...out.text("", [], []).constants],
    weights: [...graph.weights, ...made.values()],
  });
}

function sortOf(node: OnnxNode, weights: ReadonlyMap<string, LazyWeight>): WeightProduct | TableLookup | undefined {
  const [first = "", second = "", bias] = node.inputs;
  if (node.op === "Gather") {
    const table = weights.get(first);
    return table && table.shape.length === 2 && table.type === "f32" && !("axis" in node.attributes)
      ? { node, table, indices: second }
      : undefined;
  }
  const weight = weights.get(second);
  if (
    node.op !== "Gemm" ||
    !weight ||
    weight.type !== "f32" ||
    "transA" in node.attributes ||
    "alpha" in node.attributes
  )
    return undefined;
  const turned = "transB" in node.attributes;
  const [rows = 0, columns = 0] = weight.shape;
  return {
    node,
    x: first,
    from: first,
    weight,
    bias,
    in: turned ? columns : rows,
    out: turned ? rows : columns,
    turned,
  };
}
function again<T extends WeightProduct | TableLookup>(one: T, node: OnnxNode): T {
  const [first = "", second = "", bias] = node.inputs;
  return "table" in one ? { ...one, node, indices: second } : { ...one, node, x: first, bias };
}

/** Restores the names of the model's outputs: a replaced output's new value is renamed. */
function restored(
  nodes: readonly OnnxNode[],
  renamed: ReadonlyMap<string, string>,
  { outputs }: StandaloneGraph,
): readonly OnnxNode[] {
  const back = new Map(outputs.flatMap(({ name }) => (renamed.has(name) ? [[renamed.get(name)!, name] as const] : [])));
  if (back.size === 0) return nodes;
  const name = (value: string): string => back.get(value) ?? value;
  return nodes.map((node) => ({ ...node, inputs: node.inputs.map(name), outputs: node.outputs.map(name) }));
}

/** Removes weights that nothing reads. */
function tidy(graph: StandaloneGraph): StandaloneGraph {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return {
    ...graph,
    weights: graph.weights.filter(({ name }) => read.has(name)),
    constants: graph.constants.filter(({ name }) => read.has(name)),
  };
}

/** Returns the numbers of a weight; copies its bytes only if they are not aligned to 4. */
export async function readFloats(weight: LazyWeight): Promise<Float32Array> {
  const bytes = await weight.bytes();
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
export function bytesOfView(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
/** Caches a result for a number of uses: the parts of a rounded weight are written one after the other. */
export function memoizeForUses<T>(times: number, make: () => Promise<T>): () => Promise<T> {
  let cached: Promise<T> | undefined;
  let left = times;
  return () => {
    const made = (cached ??= make());
    left -= 1;
    if (left <= 0) [cached, left] = [undefined, times];
    return made;
  };
}
