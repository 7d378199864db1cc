/** New values of state, and whether each may overwrite the old one. */
import { isState } from "#dsl/tensor/leaves.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Program } from "#dsl/tensor/program.js";
import { opTable, type NodeOf } from "#dsl/tensor/table.js";
import { scalarDependingOn, ProducersAndConsumers } from "./gate.js";
import { scatterInto } from "./lower/caches.js";
import { adamwStep } from "./lower/optimizers.js";
import type { Lowering } from "./lowering.js";
import { stateTensorName, type UpdatePort } from "./model.js";
import type { OnnxNode } from "./proto.js";

/** An adamw node whose parameter, m and v are state that only it updates. */
export interface FusedAdamwUpdate {
  readonly node: NodeOf<"adamw">;
  readonly states: readonly string[];
}

export function fusedAdamwUpdates(program: Program): readonly FusedAdamwUpdate[] {
  return program.nodes.flatMap((node, index) => {
    if (!isNodeOf(node, opTable.adamw)) return [];
    const sources = node.inputs.slice(0, 3).map((ref) => program.nodes[ref.node]!);
    if (!sources.every(isState)) return [];
    const states = sources.map(({ attributes: { name } }) => name);
    const ownsStates = states.every((state, output) =>
      program.updates.some((u) => u.state === state && !u.at && u.value.node === index && u.value.output === output),
    );
    return ownsStates ? [{ node, states }] : [];
  });
}

interface Written extends Omit<UpdatePort, "inPlace"> {
  /** Its sizes may differ from the old value's. */
  readonly resized?: boolean;
}

/** `read`: returns the model's input for a state; `chunked`: shapes of states that are updated in chunks. */
export function emitUpdates(
  l: Lowering,
  fused: readonly FusedAdamwUpdate[],
  read: (state: string) => string,
  chunked: ReadonlyMap<string, readonly number[]>,
): readonly UpdatePort[] {
  const { program, graph } = l;
  const done = new Set(fused.flatMap((f) => f.states));
  const plain = program.updates
    .filter((u) => !done.has(u.state))
    .map(({ state, value, at: slice }): Written => {
      const dtype = l.typeOf(value).dtype;
      const resized = !slice && program.state[state]!.type.shape.some((d) => typeof d === "string");
      if (!slice) return { state, tensor: l.full(value), dtype, resized };
      return { state, tensor: scatterInto(l, read(state), value, slice.start, slice.axis), dtype };
    });
  // Lowers all gradients first: only then are all readers of the parameters known.
  for (const { node } of fused) node.inputs.forEach((ref, i) => i > 2 && l.full(ref));
  const order = new ProducersAndConsumers([...graph.nodes]);
  const steps = fused.flatMap(({ node, states }): Written[] => {
    const as = chunked.get(states[0]!);
    const [parameter, ...moments] = states.map(read);
    const gradient = l.full(node.inputs[3]);
    const value = as ? graph.node("Reshape", [gradient, graph.longs(as)]) : gradient;
    const waits = order.unordered(parameter!, gradient).map((reader) => reader.outputs[0]!);
    const results = adamwStep(l, node, [parameter!, ...moments, value], as !== undefined, (scalar) =>
      scalarDependingOn(l, scalar, waits),
    );
    return states.map((state, i) => ({ state, tensor: results[i]!, dtype: "f32", ...(as && { as }) }));
  });
  return inPlace(graph.nodes, [...plain, ...steps]);
}

/** Kernels that read an element before they write the one at its position. */
const STEADY: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div", "Max", "Min", "Where", "Scan", "ScatterND"]);

/**
 * A state may be overwritten if each node that reads it is an ancestor of its writer, or is the writer and supports
 * in-place execution.
 */
function inPlace(nodes: readonly OnnxNode[], written: readonly Written[]): readonly UpdatePort[] {
  const order = new ProducersAndConsumers(nodes);
  return written.map(({ resized, ...u }) => {
    const writer = order.makerOf(u.tensor);
    const state = stateTensorName(u.state);
    const safe =
      !resized &&
      writer !== undefined &&
      order.unordered(state, u.tensor).length === 0 &&
      (!order.readsItself(writer, state) || STEADY.has(writer.op));
    return { ...u, inPlace: safe };
  });
}
