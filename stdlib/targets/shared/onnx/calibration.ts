/** Quantizes a graph to int8 with scales calibrated on training rows: the complete graph is first run over them. */
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import {
  inputBoundOutputName,
  withInputBoundsAsOutputs,
  roundToInt8WithBounds,
  type ProductInputBounds,
} from "#dsl/tensor/backends/onnx/rounding/fixed.js";
import type { StandaloneGraph } from "#dsl/tensor/backends/onnx/standalone.js";
import type { GraphPort, TargetWriter } from "../../kind.js";
import type { OnnxGraphToExport } from "./graphs.js";

const PROBE = "onnx/probe.onnx";
const DATA = `${PROBE}_data`;

export async function calibrateGraph(
  { name, graph, ports }: OnnxGraphToExport,
  rows: readonly Int32Array[],
  out: TargetWriter,
): Promise<StandaloneGraph> {
  const probe = withInputBoundsAsOutputs(graph);
  const file = modelFile(probe.graph, DATA.slice(DATA.lastIndexOf("/") + 1));
  await out.write(PROBE, file.model());
  if (file.data) await out.write(DATA, file.data());
  const outputs = Object.fromEntries(
    probe.values.flatMap((_, i) =>
      [0, 1].map((side) => [inputBoundOutputName(i, side), scalar(inputBoundOutputName(i, side))]),
    ),
  );
  const found = (await out.tool("onnx-bounds", {
    from: PROBE,
    to: PROBE,
    name,
    rows,
    graph: { inputs: ports.inputs, outputs },
  })) as Readonly<Record<string, readonly number[]>>;
  const bounds: ProductInputBounds = new Map(
    probe.values.map((value, i) => [
      value,
      [least(found[inputBoundOutputName(i, 0)]), -least(negative(found[inputBoundOutputName(i, 1)]))],
    ]),
  );
  return roundToInt8WithBounds(graph, bounds);
}

const scalar = (name: string): GraphPort => ({ name, dtype: "f32", shape: [] });
const negative = (numbers: readonly number[] = []): readonly number[] => numbers.map((x) => -x);
const least = (numbers: readonly number[] = []): number => Math.min(0, ...numbers);
