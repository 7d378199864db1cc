/**
 * Computes a model's size, memory and work from its export programs (stdlib/targets/shared/export-programs.ts), before
 * anything is written.
 */
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import { roundToInt4 } from "#dsl/tensor/backends/onnx/rounding/int4.js";
import { roundToInt8 } from "#dsl/tensor/backends/onnx/rounding/int8.js";
import type { StandaloneGraph } from "#dsl/tensor/backends/onnx/standalone.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { programCostOf } from "#dsl/tensor/cost.js";
import { isLeaf, isState } from "#dsl/tensor/leaves.js";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Sizes } from "#dsl/tensor/shape.js";
import { opNamed } from "#dsl/tensor/table.js";
import type { DeployedProgramOptions } from "#stdlib/targets/kind.js";
import { onnxGraphsToExport } from "#stdlib/targets/shared/onnx/graphs.js";
import { buildExportPrograms } from "#stdlib/targets/shared/export-programs.js";
import type { EdgeModelRequirements, Precision, InferenceWork } from "./arithmetic.js";

const ROUNDED: Readonly<Record<Precision, (graph: StandaloneGraph) => StandaloneGraph>> = {
  f32: (graph) => graph,
  int8: roundToInt8,
  int4: roundToInt4,
};

/** `length`: tokens of the input text. */
export function edgeModelRequirementsOf(
  name: string,
  parts: DeployedProgramOptions,
  length: number,
): EdgeModelRequirements {
  const graphs = onnxGraphsToExport({
    parts,
    tokenTypes: false,
    read: () => Promise.reject(new Error("no weight is read")),
  });
  const size = (precision: Precision): number =>
    graphs.reduce((sum, { graph }) => sum + modelFile(ROUNDED[precision](graph), "").size, 0);
  const sizes = { f32: size("f32"), int8: size("int8"), int4: size("int4") };
  const { forward, encoder, decoder } = buildExportPrograms(parts, false);
  const reads = mustExist(forward ?? encoder ?? decoder, "a program that reads");
  const reading = forward || encoder ? { batch: 1, length } : { batch: 1, length, past: 0, keys: length };
  const last = { batch: 1, length: 1, past: length, keys: length + 1, sources: length, fresh: 0, held: length };
  return {
    name,
    parameters: elementsOf(reads),
    size: sizes,
    working: programMemoryOf(reads, reading).working,
    reading: workOf(reads, reading, sizes),
    ...(decoder && { writing: workOf(decoder, last, sizes) }),
  };
}

/** Embedding tables are read by a few rows only; all other weights are read completely. */
function workOf(program: Program, sizes: Sizes, weightBytes: Readonly<Record<Precision, number>>): InferenceWork {
  const whole = elementsOf(program);
  const share = whole === 0 ? 0 : multiplied(program) / whole;
  const weights = { f32: weightBytes.f32 * share, int8: weightBytes.int8 * share, int4: weightBytes.int4 * share };
  return { flops: programCostOf(program, sizes).products, weights };
}

function elementsOf({ state }: Program): number {
  return Object.values(state).reduce((sum, { type }) => sum + count(type.shape), 0);
}
const count = (shape: readonly unknown[]): number => shape.reduce<number>((n, d) => n * Number(d), 1);

/** Returns the number of elements of the states used in matrix products. */
function multiplied(program: Program): number {
  const read = new Set<string>();
  for (const node of program.nodes) {
    if (isLeaf(node) || !opNamed(node.op).product) continue;
    for (const { node: inputIndex } of node.inputs) {
      const leaf = mustExist(program.nodes[inputIndex], "a node");
      if (isState(leaf)) read.add(leaf.attributes.name);
    }
  }
  return [...read].reduce((sum, name) => sum + count(mustExist(program.state[name], "a state").type.shape), 0);
}
