/** Dead code: nodes that no output and no update needs, and state that is neither read nor written. Inputs are kept. */
import { isState } from "../leaves.js";
import type { Node, Program, Ref } from "../program.js";
import type { Pass } from "./pass.js";

export const deadCode: Pass = {
  name: "dead_code",
  doc: "Drops what no output and no update needs.",
  tolerance: 0,
  run: prune,
};

export function prune(program: Program): Program {
  const roots = [
    ...Object.values(program.outputs),
    ...program.updates.flatMap((u) => (u.at ? [u.value, u.at.start] : [u.value])),
    ...Object.values(program.inputs).map((i) => i.ref),
  ];
  const live = new Set(roots.map((r) => r.node));
  for (let index = program.nodes.length - 1; index >= 0; index--)
    if (live.has(index)) for (const ref of program.nodes[index]!.inputs) live.add(ref.node);
  const moved = new Map<number, number>();
  const nodes: Node[] = [];
  const move = (ref: Ref): Ref => ({ node: moved.get(ref.node)!, output: ref.output });
  program.nodes.forEach((node, index) => {
    if (!live.has(index)) return;
    moved.set(index, nodes.length);
    const { after, ...rest } = node;
    const awaited = after?.flatMap((n) => moved.get(n) ?? []) ?? [];
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
