/** An engine without a process, whose crash a test can trigger. */
import type { Engine, EngineInfo } from "#kernel/engines/engine.js";

export interface FakeEngine {
  readonly engine: Engine;
  crash(): void;
  isClosed(): boolean;
}

export function fakeEngine(name: EngineInfo["name"] = "onnx"): FakeEngine {
  let crash = (): void => undefined;
  let isClosed = false;
  const died = new Promise<never>((_, reject) => (crash = () => reject(new Error("the process has ended"))));
  died.catch(() => undefined);
  const info: EngineInfo = { name, title: name, device: "cpu", threads: 1, pid: 2 ** 30, why: "a test" };
  const engine: Engine = {
    info,
    died,
    clock: () => Promise.reject(new Error("not used")),
    can: () => Promise.resolve([]),
    open: () => Promise.reject(new Error("not used")),
    close: () => Promise.resolve(void (isClosed = true)),
  };
  return { engine, crash, isClosed: () => isClosed };
}
