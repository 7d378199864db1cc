import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { ENGINES, engineNamed } from "./engines.js";

const WIDTH = 3;
const cacheIn = (graph: Graph): Tensor =>
  graph.state("cache", {
    type: { dtype: "f32", shape: ["batch", "capacity", WIDTH] },
    trains: false,
    initial: { unset: true },
  });
const scalar = (graph: Graph, name: string): Tensor => graph.input(name, { dtype: "i32", shape: [] });

/** Creates the cache: zeros for `like` [batch] texts with a capacity of `room` [capacity] rows. */
function reserve(): Program {
  const graph = new Graph();
  const like = graph.input("like", { dtype: "f32", shape: ["batch"] });
  const room = graph.input("room", { dtype: "f32", shape: ["capacity"] });
  cacheIn(graph);
  const zeros = like
    .reshape(["batch", 1, 1])
    .multiply(room.reshape([1, "capacity", 1]))
    .multiply(graph.constant(toNDArray("f32", makeArrayValues([WIDTH], [0, 0, 0]))));
  graph.update("cache", zeros);
  return removeDeadNodes(graph.program());
}
/** Writes rows to the cache and returns its content up to `keys`, summed over its rows. */
function append(reads: "extended" | "twice" | "nothing"): Program {
  const graph = new Graph();
  const rows = graph.input("rows", { dtype: "f32", shape: ["batch", "length", WIDTH] });
  const start = scalar(graph, "start");
  const cache = cacheIn(graph);
  if (reads !== "nothing") {
    const keys = graph.input("keys", { dtype: "i32", shape: ["keys"] });
    graph.output("seen", graph.one("extend_cache", [cache, rows, start], { size: "keys" }));
    graph.output("count", graph.one("range_like", [keys], { axis: 0 }));
  }
  if (reads === "twice") graph.output("before", cache.multiply(1));
  // Either rows made by another node, or the same rows that are read with the cache.
  graph.update("cache", reads === "nothing" ? rows.multiply(1) : rows, { axis: 1, start });
  return removeDeadNodes(graph.program());
}
/** Selects batch rows in a different order and number. */
function reorder(): Program {
  const graph = new Graph();
  const order = graph.input("order", { dtype: "i32", shape: ["rows"] });
  graph.update("cache", cacheIn(graph).gather(order));
  return removeDeadNodes(graph.program());
}
const programs = {
  reserve: reserve(),
  append: append("extended"),
  look: append("twice"),
  write: append("nothing"),
  reorder: reorder(),
};

const floats = (shape: readonly number[], from: number): NDArray =>
  toNDArray(
    "f32",
    makeArrayValues(
      shape,
      Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => from + i / 8),
    ),
  );
const whole = (shape: readonly number[], data: readonly number[]): NDArray =>
  toNDArray("i32", makeArrayValues(shape, data));
type Call = readonly [name: keyof typeof programs, feeds: Readonly<Record<string, NDArray>>];
const made = (batch: number, capacity: number): Call => [
  "reserve",
  { like: floats([batch], 1), room: floats([capacity], 1) },
];
const appended = (name: "append" | "look", start: number, length: number, batch = 2): Call => [
  name,
  {
    rows: floats([batch, length, WIDTH], 10 * start + 1),
    start: whole([], [start]),
    keys: whole([start + length], new Array<number>(start + length).fill(0)),
  },
];

/** Runs the calls on the session and on the reference. Outputs and the cache must agree after each call. */
async function agrees(session: EngineSession, calls: readonly Call[]): Promise<void> {
  let state: Record<string, ArrayValues> = {};
  for (const [name, feeds] of calls) {
    const given = Object.fromEntries(Object.entries(feeds).map(([key, array]) => [key, fromNDArray(array)]));
    const expected = evaluateProgram(programs[name], given, state);
    state = { ...expected.state };
    const got = await session.run(name, feeds);
    for (const [output, value] of Object.entries(expected.outputs)) {
      assert.deepEqual(fromNDArray(got[output]!), value, `${name}: ${output}`);
    }
    assert.deepEqual(fromNDArray(await session.read("cache")), state["cache"], `${name}: the cache`);
  }
}

describe("programs with a cache", () => {
  it("are valid programs", () => {
    for (const program of Object.values(programs)) validateProgram(program);
  });
});

for (const name of ENGINES)
  describe(`key-value cache on ${name}`, function () {
    this.timeout(60_000);
    let session: EngineSession;
    beforeEach(async () => (session = await (await engineNamed(name)).open(programs, [])));
    afterEach(() => session.dispose());

    it("grows in place like the reference, by several rows and by one", () =>
      agrees(session, [
        made(2, 6),
        ["write", { rows: floats([2, 2, WIDTH], 5), start: whole([], [0]) }],
        appended("append", 2, 1),
        appended("append", 3, 2),
        appended("append", 5, 1),
      ]));
    it("returns its previous value if a program also requests the old state", () =>
      agrees(session, [made(1, 4), appended("append", 0, 2, 1), appended("look", 2, 1, 1), appended("look", 3, 1, 1)]));
    it("can be recreated with another batch size and capacity", () =>
      agrees(session, [
        made(2, 3),
        appended("append", 0, 1),
        ["reorder", { order: whole([4], [1, 1, 0, 1]) }],
        appended("append", 1, 2, 4),
        ["reorder", { order: whole([1], [2]) }],
        made(3, 2),
        appended("append", 0, 2, 3),
      ]));
    it("rejects reading or appending before creation, beyond its capacity, or with other rows", async () => {
      const fails = (code: string, call: Call): Promise<void> =>
        assert.rejects(session.run(...call), (e: { code?: string }) => e.code === code);
      await fails("state-unset", appended("append", 0, 1));
      await fails("state-unset", ["write", { rows: floats([2, 1, WIDTH], 5), start: whole([], [0]) }]);
      await assert.rejects(session.read("cache"), { code: "state-unset" });
      await session.run(...made(2, 3));
      await fails("state-full", appended("append", 3, 1));
      await fails("state-full", ["write", { rows: floats([2, 1, WIDTH], 5), start: whole([], [-1]) }]);
      await fails("state-size", appended("append", 0, 1, 3));
      await fails("state-size", ["write", { rows: floats([1, 1, WIDTH], 5), start: whole([], [0]) }]);
      await session.run(...appended("append", 0, 3));
      await session.reset();
      await fails("state-unset", appended("append", 0, 1));
    });
    it("survives added and removed programs, and is saved in a checkpoint only by name", async () => {
      const folder = mkdtempSync(join(tmpdir(), "tunebook-cache-"));
      try {
        await session.run(...made(2, 3));
        await session.save(join(folder, "all.safetensors"));
        assert.deepEqual(readHeader(join(folder, "all.safetensors")).tensors, {});
        await session.save(join(folder, "cache.safetensors"), ["cache"]);
        assert.deepEqual(readHeader(join(folder, "cache.safetensors")).tensors["cache"]!.shape, [2, 3, WIDTH]);
        await session.run(...appended("append", 0, 2));
        const before = await session.read("cache");
        await session.add({ again: programs.reserve }, []);
        assert.deepEqual(await session.read("cache"), before);
        await session.remove(["again", "look"]);
        assert.deepEqual(await session.read("cache"), before);
        await session.run(...appended("append", 2, 1));
        await session.run("reorder", { order: whole([1], [1]) });
        assert.deepEqual((await session.read("cache")).shape, [1, 3, WIDTH]);
        await session.add({ again: programs.reserve }, []);
        await session.reset();
        await assert.rejects(session.read("cache"), { code: "state-unset" });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
