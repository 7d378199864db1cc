/**
 * A folder of ONNX models as transformers.js opens it: the graphs in `onnx/`, beside them config.json and the tokenizer's files.
 */
import { modelFile } from "#dsl/emit/onnx/file.js";
import { argumentsOf } from "#dsl/types/filled.js";
import type { Deployed, GraphFile, GraphName, TargetImplementation } from "../kinds/target.js";
import { onnxCalls } from "../lib/targets/onnx/calls.js";
import { configFor } from "../lib/targets/onnx/config.js";
import { fileOf } from "../lib/targets/onnx/files.js";
import { outgoingGraphs } from "../lib/targets/onnx/graphs.js";
import { word } from "./onnx.js";

export const onnx: TargetImplementation = {
  refuses(_call, model) {
    const { call, implementation } = model.parts.technique;
    if (isDecoder(model) && (implementation.virtual?.(call).cached ?? 0) > 0)
      return `${call.word} puts tokens of its own before each text, which a graph over keys and values can't begin with`;
    return null;
  },
  async write(call, model, out) {
    const { quantize } = argumentsOf(word, call);
    const graphs: Partial<Record<GraphName, GraphFile>> = {};
    const large: string[] = [];
    for (const { name, graph, ports } of outgoingGraphs(model)) {
      const file = fileOf(name, isPair(model), quantize);
      const data = `${file}_data`;
      const bytes = modelFile(graph, data.slice(data.lastIndexOf("/") + 1));
      await out.write(file, bytes.model());
      if (bytes.data) await out.write(data, bytes.data());
      if (bytes.data) large.push(file);
      graphs[name] = { file, ...ports };
    }
    await out.write("config.json", configFor(model, graphs, { rounding: quantize, large }));
    await out.copy(model.files);
    return { graphs, tolerance: 1e-4 };
  },
  calls: (call, model, at) => onnxCalls(model, at, argumentsOf(word, call).quantize),
};

const isPair = ({ parts }: Deployed): boolean => parts.family.shape === "encoder-decoder";
const isDecoder = ({ parts }: Deployed): boolean => parts.family.shape === "decoder";
