/** What an engine is given of programs, as text. */
import { onnxGraph } from "#dsl/emit/onnx/emit.js";
import { printOnnx, printTensorflow } from "#dsl/emit/print.js";
import { tensorflowGraph } from "#dsl/emit/tensorflow/emit.js";
import type { Program } from "#dsl/graph/program.js";

/** TensorFlow takes one graph with our own kernels in it, ONNX Runtime a model for each program; tfjs runs programs as they are. */
export function emittedText(programs: Readonly<Record<string, Program>>, engine: string): string {
  if (engine === "tfjs") return "tfjs runs the program as it stands: `program` shows it\n";
  if (engine !== "onnx") return printTensorflow(tensorflowGraph(programs, { kernels: true }).nodes);
  return Object.entries(programs)
    .map(([name, program]) => `// ${name}\n${printOnnx(onnxGraph(program).text)}`)
    .join("\n");
}
