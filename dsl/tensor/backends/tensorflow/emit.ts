/**
 * Programs as one TensorFlow graph: a resource variable for each state, shared by all programs; for each program its
 * placeholders, its nodes, and an `update` that carries its effects. Within a run every read of a state precedes its
 * update: a control edge leads from each reader to the update. The bytes are a SavedModel without variables; initial
 * values are set through `assign`.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isConstant, isInput, type ConstantNode, type Leaf } from "#dsl/tensor/leaves.js";
import type { DType, Program, TensorState } from "#dsl/tensor/program.js";
import { sameShape, typeText } from "#dsl/tensor/shape.js";
import { TensorflowGraph } from "./graph.js";
import { Lowering, type TensorflowLoweringsByOp, type SizeSource } from "./lowering.js";
import { withKernelLowerings } from "./lower/kernels.js";
import { lowerings } from "./lower/table.js";
import { rewriteToSupportedOps } from "../shared/lowerings.js";
import type { EmittedProgram, EmittedState, TensorPort, TensorflowModel } from "./model.js";
import { writeSavedModel, type GraphNode } from "./saved-model.js";
import { emitUpdates } from "./updates.js";

export interface EmitOptions {
  /** Whether Tunebook's own kernels (`native/kernels`) are available; they run on the CPU. */
  readonly kernels: boolean;
}

export function emitTensorflow(
  programs: Readonly<Record<string, Program>>,
  options: EmitOptions = { kernels: false },
): TensorflowModel {
  const { nodes, ...model } = tensorflowGraph(programs, options);
  return { savedModel: writeSavedModel(nodes), ...model };
}

function tableOf({ kernels }: EmitOptions): TensorflowLoweringsByOp {
  return kernels ? withKernelLowerings(lowerings) : lowerings;
}

/** Returns the graph before serialization. */
export function tensorflowGraph(
  programs: Readonly<Record<string, Program>>,
  options: EmitOptions = { kernels: false },
): Omit<TensorflowModel, "savedModel"> & { readonly nodes: readonly GraphNode[] } {
  const loweredPrograms = Object.fromEntries(
    Object.entries(programs).map(([name, program]) => [name, rewriteToSupportedOps(tableOf(options), program)]),
  );
  const graph = new TensorflowGraph();
  const handles = new Map<string, string>();
  const state: Record<string, EmittedState> = {};
  for (const [name, declared] of Object.entries(union(loweredPrograms))) {
    const { handle, emitted } = emitState(graph, declared, `state/${handles.size}`);
    handles.set(name, handle);
    state[name] = emitted;
  }
  const emitted = Object.entries(loweredPrograms).map(([name, program], i) => {
    const scope = /^[A-Za-z0-9][\w.]*$/.test(name) ? name : `program${i}`;
    return [name, graph.in(scope, () => emitProgram(graph, program, handles, options))] as const;
  });
  return { nodes: graph.nodes, programs: Object.fromEntries(emitted), state };
}

function union(programs: Readonly<Record<string, Program>>): Record<string, TensorState> {
  const all: Record<string, TensorState> = {};
  for (const program of Object.values(programs))
    for (const [name, s] of Object.entries(program.state)) {
      const other = (all[name] ??= s);
      if (other.type.dtype !== s.type.dtype || !sameShape(other.type.shape, s.type.shape))
        throw new CodedError("graph-invalid", {
          problem: `programs disagree about state "${name}": ${typeText(other.type)} and ${typeText(s.type)}`,
        });
    }
  return all;
}

function emitState(
  graph: TensorflowGraph,
  { type, initial }: TensorState,
  scope: string,
): { handle: string; emitted: EmittedState } {
  const shape = type.shape.map((d) => {
    if (typeof d === "number") return d;
    if (!("unset" in initial)) throw new CodedError("graph-invalid", { problem: `a state of no fixed size (${d})` });
    return -1;
  });
  return graph.in(scope, () => {
    const dtype = { type: type.dtype };
    const handle = graph.node("VarHandleOp", [], {
      dtype,
      shape: { shape },
      shared_name: { text: scope },
      container: { text: "" },
    });
    const placeholder = graph.node("Placeholder", [], { dtype, shape: { shape } });
    const assign = graph.node("AssignVariableOp", [handle, placeholder], { dtype });
    const fetch = done(graph, [assign]);
    const read = graph.node("ReadVariableOp", [handle], { dtype });
    const emitted = {
      assign: { placeholder: `${placeholder}:0`, fetch },
      read: `${read}:0`,
      dtype: type.dtype,
      shape,
    };
    return { handle, emitted };
  });
}

/** Returns a scalar that is available once all `nodes` ran. */
function done(graph: TensorflowGraph, nodes: readonly string[]): string {
  return `${graph.node("Identity", [graph.float(0), ...nodes.map((n) => `^${n}`)], { T: { type: "f32" } })}:0`;
}

function emitProgram(
  graph: TensorflowGraph,
  program: Program,
  handles: ReadonlyMap<string, string>,
  options: EmitOptions,
): EmittedProgram {
  const inputs: Record<string, TensorPort> = {};
  const placeholders = new Map<string, string>();
  const sizes = new Map<string, SizeSource>();
  for (const [name, { type }] of Object.entries(program.inputs)) {
    const shape = type.shape.map((d) => (typeof d === "number" ? d : -1));
    const tensor = graph.node("Placeholder", [], { dtype: { type: type.dtype }, shape: { shape } });
    inputs[name] = port(tensor, type.dtype);
    placeholders.set(name, tensor);
    type.shape.forEach((d, axis) => {
      // Prefers sizes of token ids: on a GPU they are in host memory.
      if (typeof d === "string" && (!sizes.has(d) || (type.dtype === "i32" && sizes.get(d)!.dtype !== "i32")))
        sizes.set(d, { tensor, axis, dtype: type.dtype });
    });
  }
  for (const [name, { type }] of Object.entries(program.state))
    type.shape.forEach((d, axis) => {
      if (typeof d === "string" && !sizes.has(d))
        sizes.set(d, { tensor: handles.get(name)!, axis, dtype: type.dtype, variable: true });
    });
  const reads = new Map<string, string>();
  const leaf = (node: Leaf): string => {
    if (isConstant(node)) return constant(graph, node);
    const { name } = node.attributes;
    if (isInput(node)) return placeholders.get(name)!;
    const known = reads.get(name);
    if (known !== undefined) return known;
    const read = graph.node("ReadVariableOp", [handles.get(name)!], { dtype: { type: node.types[0]!.dtype } });
    reads.set(name, read);
    return read;
  };
  const l = new Lowering(graph, program, tableOf(options), leaf, sizes, handles);
  const outputs = Object.fromEntries(
    Object.entries(program.outputs).map(([name, ref]) => [name, port(l.full(ref), l.typeOf(ref).dtype)]),
  );
  const effects = emitUpdates(l, handles, reads, options);
  return { inputs, outputs, ...(effects.length && { update: done(graph, effects) }) };
}

function port(tensor: string, dtype: DType): TensorPort {
  return { tensor: /:\d+$/.test(tensor) ? tensor : `${tensor}:0`, dtype };
}

function constant(graph: TensorflowGraph, node: ConstantNode): string {
  const { dtype, shape, bytes } = node.attributes.value;
  return graph.constant(dtype, shape, bytes);
}
