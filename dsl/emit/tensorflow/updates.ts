/** Updates of state, ordered after everything in the program that reads it. */
import type { Node, Program, Ref } from "#dsl/graph/program.js";
import { adamwInPlace } from "./lower/optimizers.js";
import { writePart } from "./lower/caches.js";
import type { Lowering } from "./lowering.js";

/** Writes the updates; gives the nodes that must run. `reads`: the node that reads each state in this program. */
export function emitUpdates(
  l: Lowering,
  handles: ReadonlyMap<string, string>,
  reads: ReadonlyMap<string, string>,
): string[] {
  const { program } = l;
  const adam = program.nodes.flatMap((node, index) => {
    const states = node.op === "adamw" ? ownStates(program, node, index) : undefined;
    return states ? [{ node, states }] : [];
  });
  const fused = new Set(adam.flatMap((a) => a.states));
  const values = program.updates.filter((u) => !fused.has(u.state));
  for (const u of values) l.full(u.value);
  const plain = values
    .filter((u) => !l.written.has(u.state))
    .map((u) => ({
      state: u.state,
      value: l.full(u.value),
      dtype: l.typeOf(u.value).dtype,
      part: u.at && { ...u.at, start: l.full(u.at.start), size: l.size(l.typeOf(u.value).shape[u.at.axis]!) },
    }));
  // All values first: only then are all readers known.
  for (const { node } of adam) node.inputs.forEach((ref, i) => i !== 1 && i !== 2 && l.full(ref));
  const readers = readersOf(l);
  const after = (state: string): string[] => {
    const read = reads.get(state);
    return read === undefined ? [] : [read, ...(readers.get(read) ?? [])];
  };
  return [
    ...adam.map(({ node, states }) =>
      adamwInPlace(
        l,
        node,
        states.map((s) => handles.get(s)!),
        after(states[0]!),
      ),
    ),
    ...l.written.values(),
    ...plain.map(({ state, value, dtype, part }) => {
      const wait = after(state).filter((name) => name !== value);
      if (part) return writePart(l, handles.get(state)!, value, dtype, part, wait);
      return l.graph.node("AssignVariableOp", [handles.get(state)!, value, ...wait.map((n) => `^${n}`)], {
        dtype: { type: dtype },
      });
    }),
  ];
}

/** The states that an adamw node reads, if its outputs are the updates of just these. */
function ownStates(program: Program, node: Node, index: number): readonly string[] | undefined {
  const names = node.inputs.slice(0, 3).map((ref) => program.nodes[ref.node]!.attributes["name"]);
  const updates = (state: unknown, output: number): boolean =>
    program.updates.some((u) => u.state === state && u.value.node === index && u.value.output === output);
  const states = node.inputs.slice(0, 3).every((ref: Ref) => program.nodes[ref.node]!.op === "state");
  return states && names.every(updates) ? (names as string[]) : undefined;
}

/** For each node of the graph the nodes that take its output. */
function readersOf(l: Lowering): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const node of l.graph.nodes)
    for (const input of node.inputs) {
      if (input.startsWith("^")) continue;
      const name = input.replace(/:\d+$/, "");
      const list = readers.get(name);
      if (list) list.push(node.name);
      else readers.set(name, [node.name]);
    }
  return readers;
}
