/**
 * Runs inputs of any size on a graph with fixed shapes: rows are split into batches of its size and padded to its
 * length, and the outputs are cut back. So runtimes with fixed graphs are fed like flexible ones.
 */
import { mustExist, CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { GraphFile, GraphPort, DeploymentResult } from "#stdlib/targets/kind.js";
import { picksForRows, type RequestedLogitPositions } from "./decoders/picks.js";
import type { OpenedModel } from "./runtime.js";
import { graphNamed } from "./runtimes/process.js";

type Arrays = Readonly<Record<string, NDArray>>;
type Run = (feeds: Arrays, picks?: RequestedLogitPositions) => Promise<Arrays>;

/** Opens a runtime whose graphs have fixed shapes. */
export function openFixedShapeModel(
  title: string,
  graphs: NonNullable<DeploymentResult["graphs"]>,
  opened: OpenedModel,
): OpenedModel {
  const run = mustExist(opened.run, "a runtime of graphs");
  return {
    ...opened,
    run: async (name, feeds, wanted, { picks } = {}) => ({
      ...(await runFixedShapeGraph(
        graphNamed(graphs, name),
        { feeds, ...(picks && { picks }) },
        title,
        (given, pickedPlaces) => run(name, given, wanted, pickedPlaces && { picks: pickedPlaces }),
      )),
    }),
  };
}

/** Runs feeds of any batch size and length on a graph that fixes both. `title`: of the runtime, for errors. */
export async function runFixedShapeGraph(
  graph: GraphFile,
  { feeds, picks }: { readonly feeds: Arrays; readonly picks?: RequestedLogitPositions },
  title: string,
  run: Run,
): Promise<Arrays> {
  const { fixed } = graph;
  if (!fixed) return run(feeds, picks);
  const requestedSizes = sizesOf(graph.inputs, feeds);
  for (const [name, size] of Object.entries(fixed))
    if (name !== "batch" && (requestedSizes[name] ?? 0) > size)
      throw new CodedError("runtime-failed", {
        runtime: title,
        why: `a ${name} of ${String(requestedSizes[name])} was requested, but the file has ${String(size)}`,
      });
  const rows = requestedSizes["batch"] ?? 1;
  const part = fixed["batch"] ?? rows;
  const outputs: Arrays[] = [];
  for (let start = 0; start < rows; start += part) {
    const given = Object.entries(graph.inputs).map(([name, port]) => {
      const array = feeds[name];
      return array ? [[name, padded(array, start, target(port, fixed, array), port.pad ?? 0)] as const] : [];
    });
    outputs.push(await run(Object.fromEntries(given.flat()), picks && picksForRows(picks, start, part)));
  }
  if (picks) return together(outputs);
  return Object.fromEntries(
    Object.keys(outputs[0] ?? {}).map((name) => [
      name,
      joined(
        outputs.map((answer) => answer[name]!),
        graph.outputs[name]!.shape.map((d, axis) =>
          typeof d === "string" ? (requestedSizes[d] ?? outputs[0]![name]!.shape[axis]!) : d,
        ),
      ),
    ]),
  );
}

function sizesOf(ports: Readonly<Record<string, GraphPort>>, feeds: Arrays): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, { shape }] of Object.entries(ports))
    shape.forEach((d, axis) => {
      const size = feeds[name]?.shape[axis];
      if (typeof d === "string" && size !== undefined) sizes[d] = size;
    });
  return sizes;
}
function target({ shape }: GraphPort, fixed: Readonly<Record<string, number>>, array: NDArray): number[] {
  return shape.map((d, axis) => (typeof d === "number" ? d : (fixed[d] ?? array.shape[axis]!)));
}

/** Returns rows from `start` on, i32 of rank 2, padded with `pad`. Missing rows repeat the last one. */
function padded(array: NDArray, start: number, shape: readonly number[], pad: number): NDArray {
  const from = new Int32Array(Uint8Array.from(array.bytes).buffer);
  const [rows = 1, width = 1] = shape;
  const [has = 1, length = 1] = array.shape;
  const to = new Int32Array(rows * width).fill(pad);
  for (let row = 0; row < rows; row++) {
    const source = Math.min(start + row, has - 1) * length;
    to.set(from.subarray(source, source + length), row * width);
  }
  return { dtype: "i32", shape, bytes: new Uint8Array(to.buffer) };
}

/** Concatenates the picks of all parts. */
function together(outputs: readonly Arrays[]): Arrays {
  return Object.fromEntries(
    Object.entries(outputs[0] ?? {}).map(([name, { dtype, shape }]) => {
      const parts = outputs.map((answer) => answer[name]!);
      const rows = parts.reduce((n, part) => n + part.shape[0]!, 0);
      const bytes = Buffer.concat(parts.map((part) => part.bytes));
      return [name, { dtype, shape: [rows, ...shape.slice(1)], bytes: Uint8Array.from(bytes) }];
    }),
  );
}

/** Concatenates parts along the first axis, and cuts each axis to `shape`; elements of four bytes. */
function joined(parts: readonly NDArray[], shape: readonly number[]): NDArray {
  const [{ dtype, shape: whole }] = parts as [NDArray];
  const bytes = new Uint8Array(shape.reduce((n, d) => n * d, 4));
  const rowsOf = whole[0] ?? 1;
  const [rows = 1] = shape;
  for (let row = 0; row < rows; row++) {
    const part = parts[Math.floor(row / rowsOf)]!;
    const rowBytes = part.bytes.length / rowsOf;
    const cut = cutTo(
      part.bytes.subarray((row % rowsOf) * rowBytes, (row % rowsOf) * rowBytes + rowBytes),
      whole.slice(1),
      shape.slice(1),
    );
    bytes.set(cut, row * cut.length);
  }
  return { dtype, shape, bytes };
}
function cutTo(bytes: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  const [had = 1, ...inner] = from;
  const [wanted = 1, ...rest] = to;
  if (from.length === 0) return bytes;
  const size = bytes.length / had;
  const parts = Array.from({ length: wanted }, (_, i) => cutTo(bytes.subarray(i * size, (i + 1) * size), inner, rest));
  const all = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  parts.reduce((offset, part) => (all.set(part, offset), offset + part.length), 0);
  return all;
}
