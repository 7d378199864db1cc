/**
 * An inference program as a SavedModel for other tools: weights are constants, inputs and outputs have the program's
 * names in the signature `serving_default`, and every op is available in any TensorFlow.
 */
// Relative imports, so that external users of this file's types get the same types.
import { CodedError } from "../../../language/diagnostics/codes.js";
import { isConstant, isInput, type Leaf } from "../../leaves.js";
import type { DType, NDArray, Program, Type } from "../../program.js";
import { dimensionParts, type Sizes } from "../../shape.js";
import { rewriteToSupportedOps } from "../shared/lowerings.js";
import { TensorflowGraph } from "./graph.js";
import { standardKernelLowerings } from "./lower/stock.js";
import { lowerings } from "./lower/table.js";
import { Lowering, type SizeSource } from "./lowering.js";
import { writeSavedModel, type GraphNode, type Signature, type SignatureTensor } from "./saved-model.js";

export interface InferenceModel {
  /** Bytes of `saved_model.pb`; tag `serve`, no variables folder. */
  readonly savedModel: Uint8Array;
  readonly signature: Signature;
}
export const SIGNATURE_NAME = "serving_default";

/** Maximum bytes of a protobuf file. */
export const MAX_FILE_BYTES = 2 ** 31 - 2 ** 20;

/** `weights`: the value of each state of the program. `fixed`: sizes fixed to numbers in the file. */
export function emitInferenceModel(
  program: Program,
  weights: ReadonlyMap<string, NDArray>,
  fixed: Sizes = {},
): InferenceModel {
  const { nodes, signature } = inferenceGraph(program, weights, fixed);
  return { savedModel: writeSavedModel(nodes, signature), signature };
}

/** Returns the graph before serialization. */
export function inferenceGraph(
  program: Program,
  weights: ReadonlyMap<string, NDArray>,
  fixed: Sizes = {},
): { readonly nodes: readonly GraphNode[]; readonly signature: Signature } {
  if (program.updates.length > 0)
    throw new CodedError("graph-invalid", { problem: "it writes what it should only read" });
  const table = { ...lowerings, ...standardKernelLowerings };
  const loweredProgram = rewriteToSupportedOps(table, program);
  const graph = new TensorflowGraph();
  const shapeOf = (type: Type): readonly number[] => type.shape.map((d) => sizeIn(d, fixed));
  const sizes = new Map<string, SizeSource>();
  const inputs = Object.fromEntries(
    Object.entries(loweredProgram.inputs).map(([name, { type }]): [string, SignatureTensor] => {
      const shape = shapeOf(type);
      graph.named(name, "Placeholder", [], { dtype: { type: type.dtype }, shape: { shape } });
      type.shape.forEach((d, axis) => {
        if (typeof d === "string" && !sizes.has(d)) sizes.set(d, { tensor: name, axis, dtype: type.dtype });
      });
      return [name, { tensor: `${name}:0`, type: type.dtype, shape }];
    }),
  );
  const emitted = graph.in("model", () => {
    const read = new Map<string, string>();
    const leaf = (node: Leaf): string => {
      if (isConstant(node)) return constant(graph, node.attributes.value);
      const { name } = node.attributes;
      if (isInput(node)) return name;
      const known = read.get(name) ?? constant(graph, weightOf(weights, name));
      read.set(name, known);
      return known;
    };
    const l = new Lowering(graph, loweredProgram, table, leaf, sizes, new Map(), fixed);
    return Object.entries(loweredProgram.outputs).map(([name, ref]) => ({
      name,
      tensor: l.full(ref),
      type: l.typeOf(ref),
    }));
  });
  const outputs = Object.fromEntries(
    emitted.map(({ name, tensor, type }): [string, SignatureTensor] => {
      graph.named(name, "Identity", [tensor], { T: { type: type.dtype } });
      return [name, { tensor: `${name}:0`, type: type.dtype, shape: shapeOf(type) }];
    }),
  );
  return { nodes: graph.nodes, signature: { name: SIGNATURE_NAME, inputs, outputs } };
}

/** Returns −1 for a free size. */
function sizeIn(d: number | string, fixed: Sizes): number {
  if (typeof d === "number") return d;
  const { name, more } = dimensionParts(d);
  const size = fixed[name];
  return size === undefined ? -1 : size + more;
}

function constant(graph: TensorflowGraph, { dtype, shape, bytes }: NDArray): string {
  return shape.length === 0 || bytes.length < 256
    ? graph.constant(dtype, shape, bytes)
    : graph.weight(dtype, shape, bytes);
}

function weightOf(weights: ReadonlyMap<string, NDArray>, name: string): NDArray {
  const value = weights.get(name);
  if (!value) throw new CodedError("graph-invalid", { problem: `no value was given for the state "${name}"` });
  return value;
}

/** Returns the bytes of a program's weights in the file. */
export function weightByteCount(program: Program): number {
  const width: Partial<Record<DType, number>> = { bf16: 2, f64: 8, i8: 1, u8: 1, bool: 1 };
  return Object.values(program.state).reduce(
    (sum, { type }) => sum + type.shape.reduce<number>((n, d) => n * Number(d), width[type.dtype] ?? 4),
    0,
  );
}
