/** Trials with equal programs share one compiled model, however those programs were built. */
import assert from "node:assert/strict";
import { serialize } from "node:v8";
import { Graph } from "#dsl/tensor/builder.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Engine, EngineSession } from "#kernel/engines/engine.js";
import type { ModelOpenRequest } from "#kernel/models/program-parts.js";
import { TrialModels } from "#kernel/sweep-runs/trial-program.js";
import { trainProgram } from "../engines/tiny-net.js";

/** An engine that computes nothing and counts the models it opens. */
class Counting {
  opened = 0;
  readonly engine = {
    open: () => {
      this.opened += 1;
      return Promise.resolve({ dispose: () => Promise.resolve() } as unknown as EngineSession);
    },
  } as unknown as Engine;
}
const toOpen = (train: Program): ModelOpenRequest =>
  ({
    store: null,
    programs: { train },
    model: { technique: { kind: "technique", word: "full", arguments: {} }, folder: "." },
    base: { facts: { scratch: true, shapes: {} }, folder: "" },
    home: "",
  }) as unknown as ModelOpenRequest;
/** Returns a deep copy in which no two parts share an object. */
function apart(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(apart);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, apart(part)]));
}
/** A program that only adds a number to its input. */
function adding(number: number): Program {
  const graph = new Graph();
  graph.output("y", graph.input("x", { dtype: "f32", shape: [] }).add(graph.number(number, "f32")));
  return graph.program();
}

describe("engine models of a sweep's trials", () => {
  async function opened(...programs: readonly Program[]): Promise<number> {
    const counting = new Counting();
    const models = new TrialModels(1);
    for (const program of programs) {
      const session = await models.opens(counting.engine, toOpen(program), []);
      await session.dispose();
    }
    return counting.opened;
  }

  it("are shared by equal programs, also with other object identity", async () => {
    const one = trainProgram();
    const other = apart(one) as Program;
    // Objects shared within the first are separate in the copy.
    assert.notDeepEqual(serialize(one), serialize(other));
    assert.equal(await opened(one, other, trainProgram()), 1);
  });
  it("are separate if a dropout rate, a constant or its sign differs", async () => {
    assert.equal(await opened(trainProgram(), trainProgram(0.1)), 2);
    assert.equal(await opened(adding(1), adding(2), adding(Number.NaN), adding(0), adding(-0)), 5);
  });
});
