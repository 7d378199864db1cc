/** Renames the states of a program; its computation and the states' initial values do not change. */
import { isState } from "./leaves.js";
import type { Program, TensorState } from "./program.js";

/** States missing in `rename` keep their names. */
export function renameProgramStates(program: Program, rename: ReadonlyMap<string, string>): Program {
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
/** Random initial values follow from a state's first name. */
function named(state: TensorState, name: string): TensorState {
  return "random" in state.initial ? { ...state, initial: { named: name, ...state.initial } } : state;
}
