/** The program that answers whole texts, its weights, and how a file's graph is fed: what targets of graphs have in common. */
import type { Sizes } from "#dsl/tensor/shape.js";
import type { NDArray, Program, Ref, Type } from "#dsl/tensor/program.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { DeployedModel, GraphFile, GraphPort } from "../kind.js";
import { assembleForwardProgram } from "../../programs/forward.js";

/** Logits (or what the task names) of texts, in f32 whatever the recipe computed in. */
export function forwardProgramOf({ parts, tokenTypes }: DeployedModel): Program {
  return assembleForwardProgram({ ...parts, passes: PLAIN_PASS_SETTINGS, packed: false }, tokenTypes);
}

export async function programWeights(model: DeployedModel, program: Program): Promise<ReadonlyMap<string, NDArray>> {
  const values = new Map<string, NDArray>();
  for (const [name, state] of Object.entries(program.state)) values.set(name, await model.read(name, state));
  return values;
}

/** A graph whose ports bear the program's own names. */
export function graphFileOf(
  file: string,
  program: Program,
  model: Pick<DeployedModel, "config">,
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
