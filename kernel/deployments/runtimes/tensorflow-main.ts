/** The process of the runtime `tensorflow`: a SavedModel in tfjs's native binding, fed by tensor names. */
import { registerCodes, mustExist } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { runtimesCodes } from "./codes.js";
import { tensorsCodes } from "../../tensors/codes.js";
import { loadTensorflowBinding, type TensorHandle } from "../../engines/native/binding.js";
import { TensorExchange } from "../../engines/tensorflow/exchange.js";
import { graphNamed } from "./process.js";
import { answerRuntimeRequests } from "./serve.js";
import type { DType } from "#dsl/tensor/program.js";

registerCodes(internalCodes, runtimesCodes, tensorsCodes);

answerRuntimeRequests(({ place, graphs, library }) => {
  const binding = loadTensorflowBinding(mustExist(library, "the addon of a runtime"));
  const exchange = new TensorExchange(binding);
  const session = binding.loadSavedModel(place, "serve");
  return {
    version: binding.TF_Version,
    run({ graph, feeds, wanted }) {
      const { inputs, outputs } = graphNamed(graphs, graph);
      const names = Object.keys(inputs);
      const lent: number[] = [];
      let handles: readonly TensorHandle[] = [];
      try {
        for (const name of names) lent.push(exchange.lend(feeds[name]!));
        const fed = names.map((name) => `${inputs[name]!.name}:0`).join(",");
        const outputNames = wanted.map((name) => `${outputs[name]!.name}:0`).join(",");
        handles = binding.runSavedModel(session, lent, fed, outputNames);
        return Object.fromEntries(
          wanted.map((name, i) => {
            const read = exchange.read(handles[i]!, outputs[name]!.dtype as DType);
            return [name, { ...read, bytes: Uint8Array.from(read.bytes) }];
          }),
        );
      } finally {
        exchange.drop(handles);
        for (const id of lent) binding.deleteTensor(id);
      }
    },
  };
});
