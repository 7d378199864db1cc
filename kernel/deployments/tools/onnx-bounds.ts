/**
 * Measures the magnitude of numbers within an ONNX model: runs it on rows of tokens one by one, and returns every row's
 * value of each scalar output `bound/…`. The model file is deleted.
 */
import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { NDArray } from "#dsl/tensor/program.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import type { GraphFile, GraphName } from "#stdlib/targets/kind.js";
import { toFloats } from "../../engines/feeds.js";
import { emptyArray } from "../arrays.js";
import { openRuntimeProcess } from "../runtimes/process.js";
import type { ConversionTool } from "./tool.js";

/** `graph`: its ports and kind; `rows`: an Int32Array each. Returns Record<output, number[]>. */
export const onnxOutputBoundsTool: ConversionTool = async ({ from, graph, name, rows }) => {
  const ports = graph as Omit<GraphFile, "file">;
  const file: GraphFile = { ...ports, file: basename(from) };
  const opened = await openRuntimeProcess("./onnxruntime-main.js", "ONNX Runtime", {
    place: dirname(from),
    graphs: { [name as GraphName]: file },
  });
  try {
    const wanted = Object.keys(file.outputs);
    const found = Object.fromEntries(wanted.map((output) => [output, [] as number[]]));
    for (const row of rows as readonly Int32Array[]) {
      const out = await opened.run?.(name as GraphName, feedsOf(file, row), wanted);
      for (const output of wanted) found[output]?.push(toFloats(out?.[output] ?? emptyArray([0]))[0] ?? 0);
    }
    return found;
  } finally {
    await opened.close();
    for (const file of [from, `${from}_data`]) await rm(file, { force: true });
  }
};

/** Feeds of one text without a past. */
function feedsOf({ inputs }: GraphFile, row: Int32Array): Record<string, NDArray> {
  const ids = (idAt: (position: number) => number): NDArray =>
    int32NDArray(
      Int32Array.from(row, (_, position) => idAt(position)),
      [1, row.length],
    );
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => {
      if (name === "input_ids") return [name, ids((position) => row[position] ?? 0)];
      if (name === "position_ids") return [name, ids((position) => position)];
      if (name === "token_type_ids") return [name, ids(() => 0)];
      if (name === "attention_mask") return [name, ids(() => 1)];
      return [name, emptyArray(shape.map((size, axis) => (axis === 0 ? 1 : typeof size === "number" ? size : 0)))];
    }),
  );
}
