/** Engines for tests. Each is started on first use, shared by all tests of the process and closed at the end. */
import {
  ENGINE_NAMES,
  type DeviceName,
  type Engine,
  type EngineName,
  type EngineOptions,
} from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";

export const ENGINES: readonly EngineName[] = ENGINE_NAMES;
/** Further devices that the same op suite runs on; `tfjs` alone is wasm. */
export const DEVICES: readonly (readonly [EngineName, DeviceName])[] = [
  ...ENGINES.map((name) => [name, "auto"] as const),
  ["tfjs", "cpu"],
  ["tfjs", "webgpu"],
  ["onnx", "webgpu"],
];
const running = new Map<string, Promise<Engine>>();

/**
 * ONNX Runtime gives each program its own threads, which spin for a while before they sleep. Many small programs would
 * take many times as long. Sessions (`lentEngine`) run with as many threads as a user's.
 */
export function engineNamed(name: EngineName, device: DeviceName = "auto"): Promise<Engine> {
  return shared({ engine: name, device, ...(name === "onnx" && { threads: 1 }) });
}

/** Engine starter for sessions: lends a running engine, which stays open when the session closes its own. */
export async function lentEngine(options: EngineOptions): Promise<Engine> {
  const engine = await shared(options);
  return {
    info: engine.info,
    died: engine.died,
    clock: () => engine.clock(),
    can: (program) => engine.can(program),
    open: (programs, checkpoints) => engine.open(programs, checkpoints),
    close: () => Promise.resolve(),
  };
}

/** Restarts an engine that died or failed to start when it is next requested. */
function shared(options: EngineOptions): Promise<Engine> {
  const key = JSON.stringify(options);
  const known = running.get(key);
  if (known) return known;
  const starting = startEngine(options);
  running.set(key, starting);
  const forget = (): void => void running.delete(key);
  starting.then((engine) => engine.died.catch(forget), forget);
  return starting;
}

// Mocha runs this hook after the file that imported it. A Mocha worker, which tests several files in parallel with
// others, keeps its engines for the next file; they end with the process. A process that a test starts has no hooks and
// ends when it is done.
if (process.env["MOCHA_WORKER_ID"] === undefined && typeof globalThis.after === "function")
  after(async () => {
    for (const engine of running.values()) await (await engine.catch(() => null))?.close();
    running.clear();
  });
