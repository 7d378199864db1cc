/**
 * The process of the runtime `onnxruntime`: one session per graph, created on first use. Keys and values of generated
 * texts stay in this process.
 */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { runtimesCodes } from "./codes.js";
import { tensorsCodes } from "../../tensors/codes.js";
import { createRequire } from "node:module";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { fromFloat16, toFloat16 } from "#dsl/tensor/numbers/halves.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { elementCountOfShape } from "#dsl/tensor/values.js";
import type { GraphFile, GraphName, GraphPort } from "#stdlib/targets/kind.js";
import { alignBytes, bytesOfArray } from "../../tensors/numbers.js";
import { graphNamed } from "./process.js";
import { answerRuntimeRequests } from "./serve.js";

registerCodes(internalCodes, runtimesCodes, tensorsCodes);

/** Idle threads don't spin, so that they don't slow down other processes. */
const SETTINGS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

answerRuntimeRequests(({ place, graphs }) => {
  const sessions = new Map<GraphName, Promise<InferenceSession>>();
  const sessionOf = (name: GraphName): Promise<InferenceSession> => {
    let session = sessions.get(name);
    if (!session) {
      session = InferenceSession.create(join(place, graphNamed(graphs, name).file), SETTINGS);
      sessions.set(name, session);
    }
    return session;
  };
  const storedTensors = new Map<string, Tensor>();
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    version,
    async run({ graph, feeds, wanted, keeps = {} }) {
      const file: GraphFile = graphNamed(graphs, graph);
      const session = await sessionOf(graph);
      const fed = Object.fromEntries(
        Object.entries(file.inputs).flatMap(([name, port]) => {
          const given = feeds[name] ? tensorOf(feeds[name], port) : storedTensors.get(name);
          return given ? [[port.name, given]] : [];
        }),
      );
      const got = await session.run(
        fed,
        [...wanted, ...Object.values(keeps)].map((name) => file.outputs[name]!.name),
      );
      for (const [name, output] of Object.entries(keeps)) {
        const now = got[file.outputs[output]!.name]!;
        if (now.size > 0 || !storedTensors.has(name)) storedTensors.set(name, now);
      }
      return Object.fromEntries(wanted.map((name) => [name, arrayOf(got[file.outputs[name]!.name]!)]));
    },
  };
});

/** Converts to the file's type: wider integers, narrower floats. */
function tensorOf(array: NDArray, { dtype }: GraphPort): Tensor {
  const dims = [...array.shape];
  const count = elementCountOfShape(dims);
  const bytes = alignBytes(array.bytes, 4);
  const singles = (): Float32Array => new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const ints = (): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, count);
  switch (dtype) {
    case "i64":
      return new Tensor("int64", BigInt64Array.from(ints(), BigInt), dims);
    case "i32":
      return new Tensor("int32", ints(), dims);
    case "bool":
      return new Tensor("bool", array.bytes, dims);
    case "f16":
      return new Tensor("float16", toFloat16(singles()), dims);
    case "f32":
      return new Tensor("float32", singles(), dims);
  }
}

function arrayOf(tensor: Tensor): NDArray {
  const shape = [...tensor.dims];
  switch (tensor.type) {
    case "float16":
      return { dtype: "f32", shape, bytes: bytesOfArray(fromFloat16(new Uint16Array(tensor.data as Uint16Array))) };
    case "int64":
      return { dtype: "i32", shape, bytes: bytesOfArray(Int32Array.from(tensor.data as BigInt64Array, Number)) };
    default:
      return { dtype: "f32", shape, bytes: bytesOfArray(tensor.data as Float32Array).slice() };
  }
}
