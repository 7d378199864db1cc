/** Runs the model in ONNX Runtime for browsers: embedded WebAssembly on the CPU. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { GraphFile, GraphPort } from "#stdlib/targets/kind.js";
import type { TransferredTensor } from "./protocol.js";

export class GraphRuntime {
  private constructor(
    private readonly session: InferenceSession,
    private readonly graph: GraphFile,
  ) {}

  /** @param threads may be above 1 only on a cross-origin-isolated page, which can share memory */
  static async open(
    graph: GraphFile,
    options: { readonly runtime: Uint8Array<ArrayBuffer>; readonly model: Uint8Array; readonly threads: number },
  ): Promise<GraphRuntime> {
    env.logLevel = "error";
    env.wasm.numThreads = options.threads;
    env.wasm.wasmBinary = options.runtime.buffer;
    const session = await InferenceSession.create(options.model, {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
    return new GraphRuntime(session, graph);
  }

  /** Runs the graph; feeds and outputs have the program's names. */
  async run(
    feeds: Readonly<Record<string, TransferredTensor>>,
    wanted: readonly string[] = Object.keys(this.graph.outputs),
  ): Promise<Readonly<Record<string, TransferredTensor>>> {
    const fed = Object.entries(this.graph.inputs).map(
      ([name, port]) =>
        [port.name, tensorOf(mustExist(feeds[name], `what the graph is fed as ${name}`), port)] as const,
    );
    const got = await this.session.run(
      Object.fromEntries(fed),
      wanted.map((name) => this.port(name).name),
    );
    return Object.fromEntries(wanted.map((name) => [name, arrayOf(mustExist(got[this.port(name).name], name))]));
  }

  private port(name: string): GraphPort {
    return mustExist(this.graph.outputs[name], `the graph's output ${name}`);
  }
}

function tensorOf({ data, shape }: TransferredTensor, { dtype }: GraphPort): Tensor {
  const dims = [...shape];
  if (dtype === "i64") return new Tensor("int64", BigInt64Array.from(new Int32Array(data), BigInt), dims);
  if (dtype === "i32") return new Tensor("int32", new Int32Array(data), dims);
  return new Tensor("float32", new Float32Array(data), dims);
}
function arrayOf(tensor: Tensor): TransferredTensor {
  const { data } = tensor;
  if (!(data instanceof Float32Array)) throw new TypeError(`the graph gives ${tensor.type}`);
  return { dtype: "f32", shape: [...tensor.dims], data: data.slice().buffer };
}
