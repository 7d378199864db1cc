/**
 * A program as a standalone model: its state becomes weights of the file, its integer inputs are i64, inputs and
 * outputs have the names that other runtimes expect, and every op is standard. Weights get names, types and shapes
 * here; their bytes are requested one after the other when the file is written (file.ts).
 */
import { isConstant, isInput, type Leaf } from "#dsl/tensor/leaves.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Dimension, DType, Program, TensorState, Type } from "#dsl/tensor/program.js";
import { dimensionParts } from "#dsl/tensor/shape.js";
import { opTable } from "#dsl/tensor/table.js";
import { rewriteToSupportedOps } from "../shared/lowerings.js";
import { OnnxGraph } from "./graph.js";
import { Lowering, type SizeSource } from "./lowering.js";
import { portableLowerings } from "./portable/table.js";
import type { OnnxNode, OnnxPort, OnnxTensor, OnnxDType } from "./proto.js";

/** A tensor of the file whose bytes are made when it is written. */
export interface LazyWeight extends Omit<OnnxTensor, "bytes"> {
  readonly name: string;
  bytes(): Promise<Uint8Array>;
}
export interface StandaloneGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly (OnnxTensor & { readonly name: string })[];
  readonly weights: readonly LazyWeight[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}
export interface StandaloneOptions {
  /** Returns the little-endian bytes of a state, in its own dtype. */
  read(name: string, state: TensorState): Promise<Uint8Array>;
  /** Names of inputs and outputs in the file, if they differ from the program's. */
  readonly names?: Readonly<Record<string, string>>;
  /** Names in the file of the program's sizes. */
  readonly sizes?: Readonly<Record<string, string>>;
  readonly flag?: InputSelectionFlag;
}
/**
 * An input of the file (bool [1]) that selects other inputs: those of `on` apply if it is true, those of `off` if it is
 * false. Unselected inputs are treated as empty along the given axis.
 */
export interface InputSelectionFlag {
  readonly name: string;
  readonly on: Readonly<Record<string, number>>;
  readonly off: Readonly<Record<string, number>>;
}

/** Returns the type that other runtimes expect. */
export function fileDTypeOf(dtype: DType): OnnxDType {
  return dtype === "i32" ? "i64" : dtype;
}

export function fileShape(
  shape: readonly Dimension[],
  sizes: Readonly<Record<string, string>> = {},
): readonly Dimension[] {
  return shape.map((d) => {
    if (typeof d === "number") return d;
    const { name, more } = dimensionParts(d);
    return more ? `${sizes[name] ?? name}+${more}` : (sizes[name] ?? name);
  });
}

export function standaloneGraph(source: Program, options: StandaloneOptions): StandaloneGraph {
  const program = rewriteToSupportedOps(portableLowerings, source);
  const graph = new OnnxGraph();
  const nameOf = (name: string): string => options.names?.[name] ?? name;
  const port = (name: string, type: Type): OnnxPort => ({
    name: nameOf(name),
    type: fileDTypeOf(type.dtype),
    shape: fileShape(type.shape, options.sizes),
  });
  const inputs = Object.entries(program.inputs).map(([name, { type }]) => port(name, type));
  const flagPort: OnnxPort[] = options.flag ? [{ name: options.flag.name, type: "bool", shape: [1] }] : [];
  const sizes = new Map<string, SizeSource>();
  const weights = new Map<string, LazyWeight>();
  const entered = (name: string): string => {
    const counted = countedInput(graph, nameOf(name), name, options.flag);
    return program.inputs[name]!.type.dtype === "i32"
      ? graph.node("Cast", [counted], { attributes: { to: { int: 6 } } })
      : counted;
  };
  for (const [name, { type }] of Object.entries(program.inputs))
    type.shape.forEach((d: Dimension, axis) => {
      if (typeof d === "string" && !sizes.has(d))
        sizes.set(d, { tensor: () => countedInput(graph, nameOf(name), name, options.flag), axis });
    });
  for (const node of program.nodes) {
    if (!isNodeOf(node, opTable.concat)) continue;
    const { axis, size } = node.attributes;
    if (typeof size === "string" && !sizes.has(size))
      sizes.set(size, { sum: node.inputs.map((part) => program.nodes[part.node]!.types[part.output]!.shape[axis]!) });
  }
  const leaf = (node: Leaf): string => {
    if (isConstant(node)) {
      const { dtype, shape, bytes } = node.attributes.value;
      return graph.constant(dtype, shape, bytes);
    }
    const { name } = node.attributes;
    if (isInput(node)) return entered(name);
    const state = program.state[name]!;
    if (!weights.has(name)) {
      const { dtype, shape } = state.type;
      weights.set(name, { name, type: dtype, shape: shape as number[], bytes: () => options.read(name, state) });
    }
    return name;
  };
  const l = new Outgoing(graph, program, portableLowerings, leaf, sizes);
  const given = Object.entries(program.outputs).map(([name, ref]) => [name, l.full(ref), l.typeOf(ref)] as const);
  const renamed = new Map<string, string>();
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const outputs = given.map(([name, value, type]): OnnxPort => {
    const outputValue = made.delete(value) ? value : graph.node("Identity", [value], { apart: true });
    renamed.set(outputValue, nameOf(name));
    return port(name, type);
  });
  const rename = (value: string): string => renamed.get(value) ?? value;
  return {
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    constants: graph.text("", [], []).constants,
    weights: [...weights.values()],
    inputs: [...inputs, ...flagPort],
    outputs,
  };
}

/**
 * Writes the last named size of a shape as −1: its value may be 0, which in a Reshape would mean "copy the input's
 * size".
 */
class Outgoing extends Lowering {
  override shape(shape: readonly Dimension[]): string {
    const last = shape.findLastIndex((d) => typeof d === "string");
    return this.exact(shape.map((d, axis) => (axis === last ? -1 : d)));
  }
}

/** Returns the file's input, emptied if the flag does not select it. */
function countedInput(graph: OnnxGraph, tensor: string, name: string, flag: InputSelectionFlag | undefined): string {
  const axis = flag?.on[name] ?? flag?.off[name];
  if (!flag || axis === undefined) return tensor;
  const [all, none] = [graph.longs([Number.MAX_SAFE_INTEGER]), graph.longs([0])];
  const end = graph.node("Where", [flag.name, ...(flag.on[name] === undefined ? [none, all] : [all, none])]);
  return graph.node("Slice", [tensor, none, end, graph.longs([axis])]);
}
