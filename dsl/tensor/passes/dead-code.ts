/** Removes nodes that no output and no update needs, and states that are neither read nor written. Inputs remain. */
import { isState } from "../leaves.js";
import type { Node, Program, Ref } from "../program.js";
import type { Pass } from "./pass.js";

export const deadCode: Pass = {
  name: "dead_code",
  doc: "Drops what no output and no update needs.",
  tolerance: 0,
  run: removeDeadNodes,
};

export function removeDeadNodes(program: Program): Program {
  const roots = [
    ...Object.values(program.outputs),
    ...program.updates.flatMap((u) => (u.at ? [u.value, u.at.start] : [u.value])),
    ...Object.values(program.inputs).map((i) => i.ref),
  ];
  const live = new Uint8Array(program.nodes.length);
  for (const { node } of roots) live[node] = 1;
  for (let index = program.nodes.length - 1; index >= 0; index--)
    if (live[index]) for (const ref of program.nodes[index]!.inputs) live[ref.node] = 1;
  if (isNeeded(program, live)) return program;
  /** New index of each node; −1 if it is removed or not yet reached. */
  const moved = new Int32Array(program.nodes.length).fill(-1);
  const nodes: Node[] = [];
  const move = (ref: Ref): Ref => ({ node: moved[ref.node]!, output: ref.output });
  program.nodes.forEach((node, index) => {
    if (!live[index]) return;
    moved[index] = nodes.length;
    const { after, ...rest } = node;
    const awaited = after?.flatMap((n) => (moved[n]! < 0 ? [] : moved[n]!)) ?? [];
    nodes.push({ ...rest, inputs: node.inputs.map(move), ...(awaited.length > 0 && { after: awaited }) });
  });
  const read = new Set(nodes.flatMap((n) => (isState(n) ? [n.attributes.name] : [])));
  const written = new Set(program.updates.map((u) => u.state));
  return {
    nodes,
    inputs: Object.fromEntries(
      Object.entries(program.inputs).map(([name, i]) => [name, { type: i.type, ref: move(i.ref) }]),
    ),
    outputs: Object.fromEntries(Object.entries(program.outputs).map(([name, ref]) => [name, move(ref)])),
    state: Object.fromEntries(
      Object.entries(program.state).filter(([name, s]) => s.kept || read.has(name) || written.has(name)),
    ),
    updates: program.updates.map((u) => ({
      state: u.state,
      value: move(u.value),
      ...(u.at && { at: { axis: u.at.axis, start: move(u.at.start) } }),
    })),
  };
}

/** Reports whether nothing can be removed: no node, no state and no empty `after` list. */
function isNeeded({ nodes, state, updates }: Program, live: Uint8Array): boolean {
  if (live.includes(0) || nodes.some(({ after }) => after?.length === 0)) return false;
  const used = new Set(nodes.flatMap((n) => (isState(n) ? [n.attributes.name] : [])));
  for (const update of updates) used.add(update.state);
  return Object.entries(state).every(([name, s]) => s.kept || used.has(name));
}
