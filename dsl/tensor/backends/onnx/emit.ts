/**
 * Emits a program as one ONNX model: state is passed in and out like inputs and outputs. Where it is safe, the engine
 * writes the output over the input (`UpdatePort.inPlace`). Weights are never part of the model, so it is small and
 * loads fast, and any number of models share one copy of them.
 */
import { isConstant, isInput, type Leaf } from "#dsl/tensor/leaves.js";
import type { Program } from "#dsl/tensor/program.js";
import { OnnxGraph } from "./graph.js";
import { Lowering, type SizeSource } from "./lowering.js";
import { equalChunks } from "./lower/optimizers.js";
import { lowerings } from "./lower/table.js";
import { rewriteToSupportedOps } from "../shared/lowerings.js";
import { stateTensorName, type OnnxModel, type TensorPort, type StatePort } from "./model.js";
import { writeModel, type OnnxGraphContents, type OnnxPort } from "./proto.js";
import { emitUpdates, fusedAdamwUpdates } from "./updates.js";

/** `wanted`: names of the outputs to write; default all. Throws `graph-unknown-op` and `graph-invalid`. */
export function emitOnnx(program: Program, wanted?: readonly string[]): OnnxModel {
  const { text, ...model } = onnxGraph(program, wanted);
  return { bytes: writeModel(text), ...model };
}

/** Returns the graph before serialization. */
export function onnxGraph(
  source: Program,
  wanted: readonly string[] = Object.keys(source.outputs),
): Omit<OnnxModel, "bytes"> & { readonly text: OnnxGraphContents } {
  const program = rewriteToSupportedOps(lowerings, source);
  const graph = new OnnxGraph();
  const ports: OnnxPort[] = [];
  const inputs: Record<string, TensorPort> = {};
  const state: Record<string, StatePort> = {};
  const sizes = new Map<string, SizeSource>();
  for (const [name, { type }] of Object.entries(program.inputs)) {
    const tensor = `input/${name}`;
    inputs[name] = { tensor, dtype: type.dtype };
    ports.push({ name: tensor, type: type.dtype, shape: type.shape });
    type.shape.forEach((d, axis) => {
      if (typeof d === "string" && !sizes.has(d)) sizes.set(d, { tensor: () => tensor, axis });
    });
  }
  for (const [name, { type }] of Object.entries(program.state))
    type.shape.forEach((d, axis) => {
      if (typeof d === "string" && !sizes.has(d)) sizes.set(d, { tensor: () => read(name), axis });
    });
  const fused = fusedAdamwUpdates(program);
  const chunked = new Map(
    fused.flatMap(({ states }) =>
      states.flatMap((name) => {
        const chunks = equalChunks(sizeOf(program, name));
        return chunks ? [[name, chunks] as const] : [];
      }),
    ),
  );
  const read = (name: string): string => {
    const tensor = stateTensorName(name);
    if (state[name]) return tensor;
    const { dtype, shape } = program.state[name]!.type;
    const as = chunked.get(name);
    state[name] = { tensor, dtype, ...(as && { as }) };
    // There is no array type for bf16: its 16 bits are passed unchanged.
    ports.push({ name: tensor, type: dtype === "bf16" ? "u16" : dtype, shape: as ?? shape });
    return tensor;
  };
  const leaf = (node: Leaf): string => {
    if (isConstant(node)) {
      const { dtype, shape, bytes } = node.attributes.value;
      return graph.constant(dtype, shape, bytes);
    }
    const { name } = node.attributes;
    if (isInput(node)) return inputs[name]!.tensor;
    const tensor = read(name);
    if (!chunked.has(name)) return tensor;
    return graph.node("Reshape", [tensor, graph.longs(program.state[name]!.type.shape as number[])]);
  };
  const l = new Lowering(graph, program, lowerings, leaf, sizes);
  const results = wanted.map((name) => {
    const ref = program.outputs[name]!;
    return [name, l.full(ref), l.typeOf(ref).dtype] as const;
  });
  const written = emitUpdates(l, fused, read, chunked);

  // A model's output must be a separate value: not an input, not a constant, not another output.
  const free = new Set(graph.nodes.flatMap((node) => node.outputs));
  const outputs: OnnxPort[] = [];
  const give = (value: string, type: OnnxPort["type"]): string => {
    const name = free.delete(value) ? value : graph.node("Identity", [value], { apart: true });
    outputs.push({ name, type });
    return name;
  };
  const updates = written.map((u) => ({ ...u, tensor: give(u.tensor, u.dtype) }));
  const given = results.map(([name, value, dtype]) => [name, { tensor: give(value, dtype), dtype }] as const);
  return {
    text: graph.text("program", ports, outputs),
    inputs,
    state,
    outputs: Object.fromEntries(given),
    updates,
  };
}

function sizeOf(program: Program, state: string): number {
  return program.state[state]!.type.shape.reduce<number>((n, d) => (typeof d === "number" ? n * d : NaN), 1);
}
