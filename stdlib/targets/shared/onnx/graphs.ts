/** Converts the programs of a deployed model to standalone graphs, with the port names that other libraries use. */
import {
  fileShape,
  fileDTypeOf,
  standaloneGraph,
  type InputSelectionFlag,
  type StandaloneGraph,
} from "#dsl/tensor/backends/onnx/standalone.js";
import type { Program, Type } from "#dsl/tensor/program.js";
import type { ModelToDeploy, GraphFile, GraphName, GraphPort } from "../../kind.js";
import { buildExportPrograms } from "../export-programs.js";

export interface OnnxGraphToExport {
  readonly name: GraphName;
  readonly graph: StandaloneGraph;
  /** The graph's inputs and outputs, without the file name. */
  readonly ports: Omit<GraphFile, "file">;
}

export function onnxGraphsToExport(
  model: Pick<ModelToDeploy, "parts" | "tokenTypes" | "read">,
): readonly OnnxGraphToExport[] {
  const programs = buildExportPrograms(model.parts, model.tokenTypes);
  return (Object.entries(programs) as [GraphName, Program][]).map(([name, program]) => {
    const names = namesIn(model);
    const flag = "encoder_hidden_states" in program.inputs ? flagOf(program) : undefined;
    const graph = standaloneGraph(program, {
      read: async (state, stateName) => (await model.read(state, stateName)).bytes,
      names,
      sizes: SIZES,
      ...(flag && { flag }),
    });
    return { name, graph, ports: portsOf(program, names, flag) };
  });
}

/** Embedding models name their output so, in addition to the hidden states. */
function namesIn({ parts }: Pick<ModelToDeploy, "parts">): Readonly<Record<string, string>> {
  const vectors = parts.task.implementation.supervision.rowFormat.separateTexts;
  return vectors ? { logits: "sentence_embedding" } : {};
}

/** Optimum's dimension names; transformers.js creates empty keys by `batch_size`. */
const SIZES = {
  batch: "batch_size",
  length: "sequence_length",
  past: "past_sequence_length",
  keys: "total_sequence_length",
  sources: "encoder_sequence_length",
  fresh: "encoder_sequence_length",
  held: "past_encoder_sequence_length",
};

const PAST = "past_key_values.";
/**
 * Optimum's merged decoder: a flag states whether past keys are passed, because some runtimes pass empty keys at first.
 * With past keys, the encoder's output is not read again.
 */
function flagOf({ inputs }: Program): InputSelectionFlag {
  const past = Object.keys(inputs).filter((name) => name.startsWith(PAST));
  return {
    name: "use_cache_branch",
    on: Object.fromEntries(past.map((name) => [name, 2])),
    off: { encoder_hidden_states: 1 },
  };
}

function portsOf(
  program: Program,
  names: Readonly<Record<string, string>>,
  flag: InputSelectionFlag | undefined,
): Omit<GraphFile, "file"> {
  const port = (name: string, { dtype, shape }: Type): [string, GraphPort] => [
    name,
    {
      name: names[name] ?? name,
      dtype: fileDTypeOf(dtype) as GraphPort["dtype"],
      shape: fileShape(shape, SIZES),
    },
  ];
  const flags: [string, GraphPort][] = flag ? [[flag.name, { name: flag.name, dtype: "bool", shape: [1] }]] : [];
  return {
    inputs: Object.fromEntries([...Object.entries(program.inputs).map(([n, { type }]) => port(n, type)), ...flags]),
    outputs: Object.fromEntries(
      Object.entries(program.outputs).map(([n, ref]) => port(n, program.nodes[ref.node]!.types[ref.output]!)),
    ),
  };
}
