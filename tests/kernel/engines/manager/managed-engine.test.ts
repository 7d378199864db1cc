import assert from "node:assert/strict";
import type { Engine, EngineOptions } from "#kernel/engines/engine.js";
import { EngineManager } from "#kernel/engines/manager/engine-manager.js";
import { ManagedEngine, type RestartHandlers } from "#kernel/engines/manager/managed-engine.js";
import { restartDelay } from "#kernel/engines/manager/restart-delays.js";
import { fakeEngine, type FakeEngine } from "./fake-engine.js";

/** Starts fake engines one after another. `begun` lists them with the options of each. */
function starter(): {
  readonly begun: FakeEngine[];
  readonly options: EngineOptions[];
  start(options: EngineOptions): Promise<Engine>;
} {
  const begun: FakeEngine[] = [];
  const options: EngineOptions[] = [];
  const start = (wanted: EngineOptions): Promise<Engine> => {
    const one = fakeEngine();
    begun.push(one);
    options.push(wanted);
    return Promise.resolve(one.engine);
  };
  return { begun, options, start };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const codeOf = (error: unknown): unknown => (error as { readonly code?: string }).code;

describe("managed engine", () => {
  it("retries on the next use if the first start failed", async () => {
    const engine = new ManagedEngine({ engine: "tensorflow", device: "webgpu" });
    const failure = (): Promise<unknown> =>
      engine.acquire().then(
        () => assert.fail(),
        (error: unknown) => error,
      );
    const first = await failure();
    const second = await failure();
    assert.deepEqual([first, second].map(codeOf), ["engine-unavailable", "engine-unavailable"]);
    // The result of a second attempt, not a cached error.
    assert.notEqual(second, first);
  });

  it("shares one start between callers", async () => {
    const { begun, start } = starter();
    const engine = new ManagedEngine({ engine: "onnx" }, start);
    const [first, second] = await Promise.all([engine.acquire(), engine.acquire()]);
    assert.equal(first, second);
    assert.equal(begun.length, 1);
  });

  it("restarts on the next use after a crash, without a restart policy", async () => {
    const { begun, start } = starter();
    const engine = new ManagedEngine({ engine: "onnx" }, start);
    await engine.acquire();
    begun[0]!.crash();
    await turn();
    assert.equal(engine.current, null);
    assert.equal(engine.isActive, false);
    assert.equal(await engine.acquire(), begun[1]!.engine);
  });

  it("restarts automatically after a crash, with a restart policy", async () => {
    const { begun, start } = starter();
    const events: string[] = [];
    let opened = (): void => undefined;
    const reopened = new Promise<void>((done) => (opened = done));
    const policy: RestartHandlers = {
      crashed: (_, error, delay) => events.push(`${String(error)}, ${String(delay)} ms`),
      restarted: (_, started) => {
        events.push(started === begun[1]?.engine ? "restarted" : "another engine");
        opened();
        return Promise.resolve();
      },
      unavailable: () => new Error("not yet"),
    };
    const engine = new ManagedEngine({ engine: "onnx" }, start, policy);
    await engine.acquire();
    begun[0]!.crash();
    await turn();
    if (engine.current === null) await assert.rejects(engine.acquire(), /not yet/);
    await reopened;
    assert.deepEqual(events, ["Error: the process has ended, 0 ms", "restarted"]);
    assert.equal(await engine.acquire(), begun[1]!.engine);
    await engine.close();
    assert.equal(begun[1]!.isClosed(), true);
  });

  it("closes an engine that finishes starting after the close", async () => {
    const { begun, start } = starter();
    const engine = new ManagedEngine({ engine: "onnx" }, start);
    const starting = engine.acquire().then(() => assert.fail(), codeOf);
    await engine.close();
    assert.equal(await starting, "engine-closed");
    assert.equal(begun[0]!.isClosed(), true);
  });
});

describe("restart delay", () => {
  it("grows with the number of failures, and is shorter if the engine was ready", () => {
    const counts = [1, 2, 3, 6, 20];
    assert.deepEqual(
      counts.map((count) => restartDelay(count)),
      [0, 1000, 2000, 30_000, 30_000],
    );
    const ready = counts.map((count) => restartDelay(count, { wasReady: true }));
    assert.deepEqual(ready, [0, 250, 500, 1000, 1000]);
  });
});

describe("engine manager", () => {
  it("keeps the session's engine until its settings change", async () => {
    const { begun, options, start } = starter();
    const manager = new EngineManager({ start });
    const first = await manager.engine();
    assert.equal(await manager.engine(), first);
    await manager.configure({ engine: "tfjs", threads: 2 });
    assert.equal(begun[0]!.isClosed(), true);
    assert.notEqual(await manager.engine(), first);
    assert.deepEqual(options, [{ engine: "auto" }, { engine: "tfjs", threads: 2 }]);
    await manager.close();
  });

  it("uses one engine for inference and generation if the engine is named", async () => {
    const { start } = starter();
    const manager = new EngineManager({ start, settings: { engine: "onnx" } });
    const answers = await manager.engineFor("answers", "f32");
    assert.equal(await manager.engineFor("writes", "f32"), answers);
    assert.deepEqual(manager.running, []);
    assert.equal(manager.memory(), null);
    await answers.acquire();
    assert.deepEqual(
      manager.running.map(({ name }) => name),
      ["onnx"],
    );
    await manager.close();
    assert.deepEqual(manager.running, []);
  });
});
