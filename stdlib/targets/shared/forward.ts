/** Shared by graph targets: the program that predicts for complete texts, its weights, and how a graph file is fed. */
import type { Sizes } from "#dsl/tensor/shape.js";
import type { NDArray, Program, Ref, Type } from "#dsl/tensor/program.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { ModelToDeploy, GraphFile, GraphPort } from "../kind.js";
import { assembleForwardProgram } from "../../programs/forward.js";

/** Returns the program from texts to logits (or the task's outputs), in f32 whatever precision the recipe used. */
export function forwardProgramOf({ parts, tokenTypes }: ModelToDeploy): Program {
  return assembleForwardProgram({ ...parts, passes: PLAIN_PASS_SETTINGS, packed: false }, tokenTypes);
}

export async function programWeights(model: ModelToDeploy, program: Program): Promise<ReadonlyMap<string, NDArray>> {
  const values = new Map<string, NDArray>();
  for (const [name, state] of Object.entries(program.state)) values.set(name, await model.read(name, state));
  return values;
}

/** Returns a graph file whose ports have the program's names. */
export function graphFileOf(
  file: string,
  program: Program,
  model: Pick<ModelToDeploy, "config">,
  fixed: Sizes = {},
): GraphFile {
  const pad = Number(model.config["pad_token_id"] ?? 0);
  const port = (name: string, { dtype, shape }: Type): GraphPort => ({
    name,
    dtype: dtype as GraphPort["dtype"],
    shape,
  });
  const typeOf = ({ node, output }: Ref): Type => program.nodes[node]!.types[output]!;
  const inputs = Object.entries(program.inputs).map(([name, { type }]) => [
    name,
    { ...port(name, type), ...(name.endsWith("input_ids") && pad > 0 && { pad }) },
  ]);
  return {
    file,
    inputs: Object.fromEntries(inputs) as GraphFile["inputs"],
    outputs: Object.fromEntries(Object.entries(program.outputs).map(([name, ref]) => [name, port(name, typeOf(ref))])),
    ...(Object.keys(fixed).length > 0 && { fixed }),
  };
}
