/** The ONNX engine, in the host process: each program becomes a model that ONNX Runtime runs over shared state. */
import { createRequire } from "node:module";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { emitOnnx } from "#dsl/tensor/backends/onnx/emit.js";
import { lowerings } from "#dsl/tensor/backends/onnx/lower/table.js";
import { OnnxGraph } from "#dsl/tensor/backends/onnx/graph.js";
import { writeModel } from "#dsl/tensor/backends/onnx/proto.js";
import { isLeaf, isState } from "#dsl/tensor/leaves.js";
import type { DType, Program } from "#dsl/tensor/program.js";
import { opOf } from "#dsl/tensor/table.js";
import type { OpRefusal } from "../engine.js";
import type { Backend } from "../host/backend.js";
import { OnnxSession } from "./session.js";

export type OnnxProvider = "cpu" | "webgpu";

/**
 * `answers`: the engine serves requests. Constant weights then become part of the programs, and threads sleep between
 * runs. Throws the runtime's error if the provider does not work on this machine.
 */
export async function onnxBackend(threads: number, provider: OnnxProvider, answers: boolean): Promise<Backend> {
  const options = settings(threads, provider, answers);
  await probe(options).catch((e: unknown) => {
    const words = e instanceof Error ? e.message : String(e);
    throw new Error(/Failed to get a WebGPU adapter.*/.exec(words)?.[0] ?? words, { cause: e });
  });
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    info: {
      name: "onnx",
      title: `ONNX Runtime ${version} (${provider === "webgpu" ? "WebGPU" : "CPU"})`,
      device: provider,
      threads,
    },
    can: refusals,
    open: () => new OnnxSession(options, answers),
  };
}

/**
 * A memory plan by shape would retain the largest one, as shapes vary from batch to batch. `TUNEBOOK_ONNX_PROFILE` is
 * the path prefix of the runtime's profiles.
 */
function settings(threads: number, provider: OnnxProvider, answers: boolean): InferenceSession.SessionOptions {
  const profile = process.env["TUNEBOOK_ONNX_PROFILE"];
  return {
    ...(profile && { enableProfiling: true, profileFilePrefix: profile }),
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Between requests the server and other engines need the cores.
    extra: { session: { set_denormal_as_zero: "1", ...(answers && { force_spinning_stop: "1" }) } },
  };
}

/** Adds a number to an input: a missing provider is detected only when it computes. */
async function probe(options: InferenceSession.SessionOptions): Promise<void> {
  const graph = new OnnxGraph();
  const sum = graph.node("Add", ["x", graph.float(2)]);
  const ports = [{ name: "x", type: "f32", shape: [4] }] as const;
  const model = writeModel(graph.text("probe", ports, [{ name: sum, type: "f32" }]));
  const session = await InferenceSession.create(model, options);
  const got = (await session.run({ x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [4]) }))[sum]!;
  await session.release();
  if ([...(got.data as Float32Array)].join() !== "3,4,5,6")
    throw new Error(`1 + 2 comes out as ${String(got.data[0])}`);
}

function refusals(program: Program): readonly OpRefusal[] {
  const found: OpRefusal[] = [];
  const check = (op: string, dtype: DType): void => {
    if (dtype === "bf16") found.push({ op, why: "ONNX Runtime's CPU kernels compute no bf16" });
  };
  for (const node of program.nodes) {
    if (!isLeaf(node) && !Object.hasOwn(lowerings, node.op) && !opOf(node)?.decompose)
      found.push({ op: node.op, why: "it has no form in ONNX here" });
    // Rows of a bf16 table are copied bit by bit, without arithmetic.
    if (!isState(node) && !opOf(node)?.takesRows) for (const { dtype } of node.types) check(node.op, dtype);
  }
  if (found.length > 0) return found;
  try {
    emitOnnx(program);
    return [];
  } catch (e) {
    if (!(e instanceof CodedError)) throw e;
    const { op = "program" } = e.data as { op?: string };
    return [{ op, why: textsOfCode(e.code, e.data).message }];
  }
}
