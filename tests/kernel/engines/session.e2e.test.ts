import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { CheckpointReader, initialValueOf, stateShapeOf, zeroArray } from "#kernel/engines/initial.js";
import { CHECKSUM_METADATA, readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { ENGINES, engineNamed } from "./engines.js";
import { feedsOf, scoreProgram, trainProgram } from "./tiny-net.js";

const lossOf = (outputs: Record<string, NDArray>): number => fromNDArray(outputs["loss"]!).data[0]!;

async function train(session: EngineSession, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step <= to; step++) losses.push(lossOf(await session.run("train", feedsOf(step))));
  return losses;
}

for (const name of ENGINES)
  describe(`engine session on ${name}`, function () {
    this.timeout(60_000);
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-session-"))));
    afterEach(() => rmSync(folder, { recursive: true }));
    const open = async (dropout = 0): Promise<EngineSession> =>
      (await engineNamed(name)).open({ train: trainProgram(dropout) }, []);

    it("trains like the float64 reference, dropout included", async () => {
      const program = trainProgram(0.2);
      let state: Record<string, ArrayValues> = Object.fromEntries(
        Object.entries(program.state).map(([key, s]) => [
          key,
          fromNDArray(
            initialValueOf(key, s, new CheckpointReader([])) ?? zeroArray(s.type.dtype, stateShapeOf(key, s)),
          ),
        ]),
      );
      const session = await open(0.2);
      for (let step = 1; step <= 25; step++) {
        const feeds = feedsOf(step);
        const expected = evaluateProgram(
          program,
          Object.fromEntries(Object.entries(feeds).map(([key, array]) => [key, fromNDArray(array)])),
          state,
        );
        state = { ...expected.state };
        const loss = lossOf(await session.run("train", feeds));
        assert.ok(Math.abs(loss - expected.outputs["loss"]!.data[0]!) < 1e-5, `step ${String(step)}: ${String(loss)}`);
      }
      for (const [key, expected] of Object.entries(state)) {
        const got = fromNDArray(await session.read(key));
        got.data.forEach((x, i) => assert.ok(Math.abs(x - expected.data[i]!) < 1e-4, `${key}[${String(i)}]`));
      }
      await session.dispose();
    });

    it("reduces the training loss by 40 % within 120 steps", async () => {
      const session = await open();
      const losses = await train(session, 1, 120);
      const mean = (xs: readonly number[]): number => xs.reduce((s, x) => s + x, 0) / xs.length;
      assert.ok(mean(losses.slice(-20)) < 0.6 * mean(losses.slice(0, 20)));
      await session.dispose();
    });

    it("resumes bit for bit from a checkpoint", async () => {
      const straight = await open(0.2);
      const expected = await train(straight, 1, 12);
      const file = join(folder, "step.safetensors");
      const first = await open(0.2);
      await train(first, 1, 7);
      await first.save(file, undefined, { step: "7" });
      await first.dispose();
      const second = await open(0.2);
      await train(second, 1, 2);
      const set = await second.load(file);
      assert.deepEqual([...set].sort(), Object.keys(trainProgram().state).sort());
      assert.deepEqual(await train(second, 8, 12), expected.slice(7));
      for (const key of set) assert.deepEqual(await second.read(key), await straight.read(key));
      assert.equal(readHeader(file).metadata["step"], "7");
      await straight.dispose();
      await second.dispose();
    });

    it("loads no state from a checkpoint with any damage", async () => {
      const session = await open();
      const file = join(folder, "checked.safetensors");
      await session.save(file, undefined, { step: "7", ...CHECKSUM_METADATA });
      await session.load(file);
      await train(session, 1, 2);
      const before = await session.read("second.weight");
      const bytes = readFileSync(file);
      for (const at of [bytes.length - 1, bytes.length >> 1, 200]) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1;
        writeFileSync(file, damaged);
        await assert.rejects(session.load(file), { code: /^weights-(damaged|malformed)$/ });
      }
      assert.deepEqual(await session.read("second.weight"), before);
      await session.dispose();
    });

    it("saves the requested tensors under other names, and leaves no other file", async () => {
      const session = await open();
      const file = join(folder, "some.safetensors");
      await session.save(file, ["first.bias", "second.weight"], {}, { "first.bias": "renamed" });
      assert.deepEqual(Object.keys(readHeader(file).tensors).sort(), ["renamed", "second.weight"]);
      assert.deepEqual(readTensor(file, "second.weight"), await session.read("second.weight"));
      assert.deepEqual(readdirSync(folder), ["some.safetensors"]);
      await session.dispose();
    });

    it("adds programs over the same state", async () => {
      const session = await open();
      await train(session, 1, 5);
      const before = await session.read("second.weight");
      await session.add({ score: scoreProgram() }, []);
      assert.deepEqual(session.programs, ["train", "score"]);
      assert.deepEqual(await session.read("second.weight"), before);
      const { x } = feedsOf(1);
      const one = await session.run("score", { x: x! });
      await train(session, 6, 6);
      const two = await session.run("score", { x: x! });
      assert.notDeepEqual(one, two);
      assert.deepEqual(one["logits"]!.shape, [x!.shape[0], 3]);
      const alone = await open();
      await train(alone, 1, 6);
      for (const name of ["second.weight", "m.second.weight"])
        assert.deepEqual(await session.read(name), await alone.read(name), name);
      await alone.dispose();
      await session.dispose();
    });

    it("resets, writes and reads state", async () => {
      const session = await open();
      const first = await session.read("first.weight");
      await train(session, 1, 3);
      const value = toNDArray(
        "f32",
        makeArrayValues(
          [3, 10],
          Array.from({ length: 30 }, (_, i) => i),
        ),
      );
      await session.write("second.weight", value);
      assert.deepEqual(await session.read("second.weight"), value);
      await session.reset();
      assert.deepEqual(await session.read("first.weight"), first);
      assert.deepEqual(fromNDArray(await session.read("m.first.weight")).data.filter((x) => x !== 0).length, 0);
      await session.dispose();
    });

    it("starts from checkpoint tensors, and reports missing ones and wrong shapes", async () => {
      const program = scoreProgram();
      const state = Object.fromEntries(
        Object.entries(program.state).map(([key, s]) => [key, { ...s, initial: { checkpoint: `net.${key}` } }]),
      );
      const file = join(folder, "weights.safetensors");
      const tensors = Object.fromEntries(
        Object.entries(program.state).map(([key, s]) => [
          `net.${key}`,
          toNDArray(
            "f32",
            makeArrayValues(
              stateShapeOf(key, s),
              Float64Array.from({ length: 100 }, (_, i) => i / 8).slice(
                0,
                stateShapeOf(key, s).reduce((n, d) => n * d, 1),
              ),
            ),
          ),
        ]),
      );
      writeSafetensors(file, tensors);
      const engine = await engineNamed(name);
      const session = await engine.open({ score: { ...program, state } }, [folder]);
      assert.deepEqual(await session.read("first.weight"), tensors["net.first.weight"]);
      await session.dispose();
      const rest = Object.fromEntries(Object.entries(tensors).filter(([key]) => key !== "net.first.bias"));
      writeSafetensors(file, rest);
      await assert.rejects(engine.open({ score: { ...program, state } }, [folder]), { code: "missing-tensor" });
      writeSafetensors(file, { ...rest, "net.first.bias": toNDArray("f32", makeArrayValues([11])) });
      await assert.rejects(engine.open({ score: { ...program, state } }, [folder]), { code: "tensor-shape" });
    });

    it("rejects invalid feeds, and remains usable", async () => {
      const session = await open();
      const feeds = feedsOf(1);
      const without = Object.fromEntries(Object.entries(feeds).filter(([key]) => key !== "labels"));
      const wide = toNDArray("f32", makeArrayValues([8, 7]));
      const other = toNDArray("i32", makeArrayValues([4]));
      await assert.rejects(session.run("train", without), { code: "feed-type" });
      await assert.rejects(session.run("train", { ...feeds, x: wide }), { code: "feed-type" });
      await assert.rejects(session.run("train", { ...feeds, labels: other }), { code: "feed-type" });
      await assert.rejects(session.run("train", { ...feeds, more: wide }), { code: "unknown-feed" });
      await assert.rejects(session.run("train", feeds, ["nothing"]), { code: "unknown-feed" });
      await assert.rejects(session.run("nothing", feeds), { code: "unknown-feed" });
      await assert.rejects(session.read("nothing"), { code: "unknown-state" });
      await assert.rejects(session.write("first.bias", wide), { code: "state-type" });
      assert.deepEqual(Object.keys(await session.run("train", feeds, [])), []);
      await session.dispose();
      await assert.rejects(session.read("first.bias"), { code: "engine-closed" });
    });

    it("has constant memory use over many steps", async () => {
      const session = await open(0.1);
      const { pid } = (await engineNamed(name)).info;
      const steps = name === "tensorflow" ? 1500 : 300;
      await train(session, 1, steps / 3);
      const before = residentBytes(pid);
      await train(session, 1, steps);
      assert.ok(residentBytes(pid) - before < 40e6, `grew by ${String((residentBytes(pid) - before) / 1e6)} MB`);
      await session.dispose();
    });
  });

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))![1]) * 1024;
}
