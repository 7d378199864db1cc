/** Quantizes a graph to int8 with scales calibrated on training rows: the complete graph is first run over them. */
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import {
  boundOutputName,
  withBoundOutputs,
  roundWithBounds,
  type ValueBounds,
} from "#dsl/tensor/backends/onnx/rounding/fixed.js";
import type { StandaloneGraph } from "#dsl/tensor/backends/onnx/standalone.js";
import type { GraphPort, TargetWriter } from "../../kind.js";
import type { OutgoingGraph } from "./graphs.js";

const PROBE = "onnx/probe.onnx";
const DATA = `${PROBE}_data`;

export async function calibrateGraph(
  { name, graph, ports }: OutgoingGraph,
  rows: readonly Int32Array[],
  out: TargetWriter,
): Promise<StandaloneGraph> {
  const probe = withBoundOutputs(graph);
  const file = modelFile(probe.graph, DATA.slice(DATA.lastIndexOf("/") + 1));
  await out.write(PROBE, file.model());
  if (file.data) await out.write(DATA, file.data());
  const outputs = Object.fromEntries(
    probe.values.flatMap((_, i) => [0, 1].map((side) => [boundOutputName(i, side), scalar(boundOutputName(i, side))])),
  );
  const found = (await out.tool("onnx-bounds", {
    from: PROBE,
    to: PROBE,
    name,
    rows,
    graph: { inputs: ports.inputs, outputs },
  })) as Readonly<Record<string, readonly number[]>>;
  const bounds: ValueBounds = new Map(
    probe.values.map((value, i) => [
      value,
      [least(found[boundOutputName(i, 0)]), -least(negative(found[boundOutputName(i, 1)]))],
    ]),
  );
  return roundWithBounds(graph, bounds);
}

const scalar = (name: string): GraphPort => ({ name, dtype: "f32", shape: [] });
const negative = (numbers: readonly number[] = []): readonly number[] => numbers.map((x) => -x);
const least = (numbers: readonly number[] = []): number => Math.min(0, ...numbers);
