/**
 * Updates of state, ordered after everything in the program that reads it. Optimizers with a TensorFlow kernel write
 * their states in place, and growing sums (state + x) are added in place. A state that is reset to one value is filled
 * last, so that its old and new memory do not exist at the same time.
 */
import { isState } from "#dsl/tensor/leaves.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Node, Program, Ref, StateUpdate } from "#dsl/tensor/program.js";
import { opTable } from "#dsl/tensor/table.js";
import { writeCacheSlice, writeCacheRows } from "./lower/caches.js";
import { inPlaceStepKernels } from "./lower/kernels.js";
import { inPlaceSteps } from "./lower/optimizers.js";
import type { Lowering } from "./lowering.js";

/** Writes the updates and returns the nodes that must run. `reads`: the node that reads each state in this program. */
export function emitUpdates(
  l: Lowering,
  handles: ReadonlyMap<string, string>,
  reads: ReadonlyMap<string, string>,
  options: { readonly kernels: boolean },
): string[] {
  const { program } = l;
  const handle = (state: string): string => handles.get(state)!;
  const stepping = options.kernels ? { ...inPlaceSteps, ...inPlaceStepKernels } : inPlaceSteps;
  const steps = program.nodes.flatMap((node, index) => {
    const step = Object.hasOwn(stepping, node.op) ? stepping[node.op] : undefined;
    const states = step && ownStates(program, node, index);
    return states ? [{ node, states, step }] : [];
  });
  const stepped = new Set(steps.flatMap((s) => s.states));
  const others = program.updates.filter((u) => !stepped.has(u.state));
  const kindOf = (u: StateUpdate): "fill" | "grow" | "assign" =>
    u.at ? "assign" : isFill(l, u) ? "fill" : addend(l, u) ? "grow" : "assign";
  const fills = others.filter((u) => kindOf(u) === "fill");
  const grown = others.filter((u) => kindOf(u) === "grow").map((u) => ({ ...u, more: l.full(addend(l, u)!) }));
  const values = others.filter((u) => kindOf(u) === "assign");
  for (const u of values) l.full(u.value);
  const plain = values
    .filter((u) => !l.written.has(u.state))
    .map((u) => ({
      state: u.state,
      value: l.full(u.value),
      dtype: l.typeOf(u.value).dtype,
      rows: u.at && l.typeOf(u.at.start).shape.length > 0 ? l.full(u.at.start) : undefined,
      part: u.at && { ...u.at, start: l.full(u.at.start), size: l.size(l.typeOf(u.value).shape[u.at.axis]!) },
    }));
  // All values are made first, because only then are all readers known.
  for (const { node, states } of steps)
    node.inputs.forEach((ref, i) => (options.kernels || i === 0 || i >= states.length) && l.full(ref));
  const readers = readersOf(l);
  const after = (state: string): string[] => {
    const read = reads.get(state);
    return [...(read === undefined ? [] : [read, ...(readers.get(read) ?? [])]), ...(l.gathers.get(state) ?? [])];
  };
  const made = steps.map(({ node, states, step }) => ({
    node,
    name: step(l, node, states.map(handle), [...new Set(states.flatMap(after))]),
  }));
  /** Optimizer steps that read the given state. */
  const stepsReading = (state: string): string[] =>
    made.filter(({ node }) => node.inputs.some((ref) => readsState(l, ref, state))).map(({ name }) => name);
  const waiting = (names: readonly string[]): string[] => [...new Set(names)].map((name) => `^${name}`);
  return [
    ...made.map(({ name }) => name),
    ...l.written.values(),
    ...grown.map(({ state, value, more }) =>
      l.graph.node("AssignAddVariableOp", [handle(state), more, ...waiting(after(state))], {
        dtype: { type: l.typeOf(value).dtype },
      }),
    ),
    ...plain.map(({ state, value, dtype, part, rows }) => {
      const wait = after(state).filter((name) => name !== value);
      if (rows !== undefined) return writeCacheRows(l, handle(state), value, dtype, rows, wait);
      if (part) return writeCacheSlice(l, handle(state), value, dtype, part, wait);
      return l.graph.node("AssignVariableOp", [handle(state), value, ...waiting(wait)], { dtype: { type: dtype } });
    }),
    ...fills.map((u) => {
      const { dtype } = l.typeOf(u.value);
      const before = [...after(u.state), ...stepsReading(u.state)];
      const value = l.graph.after(before, () => l.full(u.value));
      // TensorFlow folds the fill to a constant and drops its control inputs, so the assignment has them too.
      return l.graph.node("AssignVariableOp", [handle(u.state), value, ...waiting(before)], { dtype: { type: dtype } });
    }),
  ];
}

function readsState(l: Lowering, ref: Ref, state: string): boolean {
  const node = l.nodeOf(ref);
  return isState(node) && node.attributes.name === state;
}
function isFill(l: Lowering, u: StateUpdate): boolean {
  return isNodeOf(l.nodeOf(u.value), opTable.fill_like) && l.usesOf(u.value) === 0;
}
/** Returns x if the update is state + x and nothing else reads the sum. */
function addend(l: Lowering, u: StateUpdate): Ref | undefined {
  const node = l.nodeOf(u.value);
  if (!isNodeOf(node, opTable.add) || l.usesOf(u.value) > 0) return undefined;
  const [a, b] = node.inputs;
  const [x] = readsState(l, a, u.state) ? [b] : readsState(l, b, u.state) ? [a] : [];
  return x && l.typeOf(x).shape.length === node.types[0].shape.length ? x : undefined;
}

/** Returns the states that an optimizer node reads, if its outputs are exactly their updates. */
function ownStates(program: Program, node: Node, index: number): readonly string[] | undefined {
  const stateNodes = node.inputs.slice(0, node.types.length).map((ref) => program.nodes[ref.node]!);
  if (!stateNodes.every(isState)) return undefined;
  const names = stateNodes.map(({ attributes: { name } }) => name);
  const updates = (state: string, output: number): boolean =>
    program.updates.some((u) => !u.at && u.state === state && u.value.node === index && u.value.output === output);
  return names.every(updates) ? names : undefined;
}

/** Ops whose output may share their input's memory: a reader of the output reads that memory. */
const VIEWS = /^(Reshape|Identity|ExpandDims|Squeeze|Slice|StridedSlice|Split|SplitV|Unpack|Bitcast|Snapshot)$/;

/** Maps each graph node to the nodes that read its memory. */
function readersOf(l: Lowering): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  const ops = new Map(l.graph.nodes.map((node) => [node.name, node.op]));
  // Iterates from the last node, so that a view's readers are known before its input is visited.
  for (const node of [...l.graph.nodes].reverse())
    for (const input of node.inputs) {
      if (input.startsWith("^")) continue;
      const name = input.replace(/:\d+$/, "");
      const list = readers.get(name) ?? [];
      readers.set(name, list);
      list.push(node.name, ...(VIEWS.test(ops.get(node.name)!) ? (readers.get(node.name) ?? []) : []));
    }
  return readers;
}
