/** A program over states of other names: what it computes, and what its states begin as, stays the same. */
import { isState } from "./leaves.js";
import type { Program, TensorState } from "./program.js";

/** Names that `rename` leaves out stay. */
export function renameProgram(program: Program, rename: ReadonlyMap<string, string>): Program {
  const to = (name: string): string => rename.get(name) ?? name;
  return {
    ...program,
    nodes: program.nodes.map((node) => {
      const name = isState(node) ? node.attributes.name : undefined;
      return name === undefined || to(name) === name
        ? node
        : { ...node, attributes: { ...node.attributes, name: to(name) } };
    }),
    state: Object.fromEntries(Object.entries(program.state).map(([name, state]) => [to(name), named(state, name)])),
    updates: program.updates.map((update) => ({ ...update, state: to(update.state) })),
  };
}
/** Random numbers follow from the name that a state had first. */
function named(state: TensorState, name: string): TensorState {
  return "random" in state.initial ? { ...state, initial: { named: name, ...state.initial } } : state;
}
