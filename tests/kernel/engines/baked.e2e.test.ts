/** Weights baked into a program's model for answering: the outputs equal those of the same weights fed as inputs. */
import assert from "node:assert/strict";
import type { NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { Engine, EngineSession } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { feedsOf, scoreProgram, trainProgram } from "./tiny-net.js";

describe("inference engine based on ONNX Runtime", function () {
  this.timeout(60_000);
  let answering: Engine;
  let training: Engine;
  before(async () => {
    [answering, training] = await Promise.all([
      startEngine({ engine: "onnx", threads: 1, work: { answers: true } }),
      startEngine({ engine: "onnx", threads: 1 }),
    ]);
  });
  after(() => Promise.all([answering, training].map((engine) => engine.close())));

  const { x } = feedsOf(1) as { readonly x: NDArray };
  const said = async (session: EngineSession, program = "score"): Promise<readonly number[]> =>
    Array.from(fromNDArray((await session.run(program, { x }))["logits"]!).data);
  const SCALE = toNDArray("f32", makeArrayValues([10], new Array<number>(10).fill(3)));
  const near = (a: readonly number[], b: readonly number[]): void =>
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) < 1e-5, `${String(a)} is not ${String(b)}`));

  it("returns the same outputs before and after weights are written, also while another program reads them", async () => {
    const [one, other] = await Promise.all(
      [answering, training].map((engine) => engine.open({ score: scoreProgram() }, [])),
    );
    const first = await said(other!);
    near(await said(one!), first);
    near(await said(one!), first);
    for (const session of [one!, other!]) await session.write("second.scale", SCALE);
    const second = await said(other!);
    assert.ok(second.some((value, i) => Math.abs(value - first[i]!) > 0.01));
    near(await said(one!), second);
    await one!.add({ again: scoreProgram() }, []);
    near(await said(one!, "again"), second);
    await one!.reset();
    near(await said(one!), first);
    near(await said(one!, "again"), first);
    await one!.remove(["again"]);
    near(await said(one!), first);
    await one!.write("second.scale", SCALE);
    near(await said(one!), second);
    await Promise.all([one!.dispose(), other!.dispose()]);
  });
  it("does not bake in weights that a program changes", async () => {
    const session = await answering.open({ score: scoreProgram(), train: trainProgram() }, []);
    const before = await said(session);
    await session.run("train", feedsOf(1));
    const after = await said(session);
    assert.ok(after.some((value, i) => value !== before[i]));
    await session.dispose();
  });
});
