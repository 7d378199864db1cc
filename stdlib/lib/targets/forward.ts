/** The program that answers whole texts, its weights, and how a file's graph is fed: what targets of graphs have in common. */
import { partsOf, type Sizes } from "#dsl/graph/shape.js";
import type { Dimension, NDArray, Program, Type } from "#dsl/graph/program.js";
import { PLAIN } from "#dsl/graph/passes/table.js";
import type { Deployed, GraphFile, GraphPort } from "../../kinds/target.js";
import { assembleForward } from "../../programs/forward.js";

/** Logits (or what the task names) of texts, in f32 whatever the recipe computed in. */
export function forwardOf({ parts, tokenTypes }: Deployed): Program {
  return assembleForward({ ...parts, passes: PLAIN, packed: false }, tokenTypes);
}

export async function weightsOf(model: Deployed, program: Program): Promise<ReadonlyMap<string, NDArray>> {
  const values = new Map<string, NDArray>();
  for (const [name, state] of Object.entries(program.state)) values.set(name, await model.read(name, state));
  return values;
}

/** A graph whose ports bear the program's own names. */
export function graphFile(file: string, program: Program, fixed: Sizes = {}): GraphFile {
  const port = (name: string, type: Type): [string, GraphPort] => [
    name,
    { name, dtype: type.dtype as GraphPort["dtype"], shape: type.shape.map((d) => sized(d, fixed)) },
  ];
  const typeOf = (name: string): Type => {
    const { node, output } = program.outputs[name]!;
    return program.nodes[node]!.types[output]!;
  };
  return {
    file,
    inputs: Object.fromEntries(Object.entries(program.inputs).map(([name, { type }]) => port(name, type))),
    outputs: Object.fromEntries(Object.keys(program.outputs).map((name) => port(name, typeOf(name)))),
    ...(Object.keys(fixed).length > 0 && { fixed }),
  };
}

function sized(d: Dimension, fixed: Sizes): Dimension {
  if (typeof d === "number") return d;
  const { name, more } = partsOf(d);
  const size = fixed[name];
  return size === undefined ? d : size + more;
}
