/** Engines for tests: each is started when first asked for, shared by all that this process tests, closed at the end. */
import {
  ENGINE_NAMES,
  type DeviceName,
  type Engine,
  type EngineName,
  type EngineOptions,
} from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start.js";

export const ENGINES: readonly EngineName[] = ENGINE_NAMES;
/** Further ways to compute that the same suite of ops runs through; `tfjs` alone is wasm. */
export const DEVICES: readonly (readonly [EngineName, DeviceName])[] = [
  ...ENGINES.map((name) => [name, "auto"] as const),
  ["tfjs", "cpu"],
  ["tfjs", "webgpu"],
  ["onnx", "webgpu"],
];
const running = new Map<string, Promise<Engine>>();

/**
 * ONNX Runtime gives each program threads of its own, which turn for a while before they sleep: many small programs would take
 * many times as long. Sessions (`lentEngine`) run with as many threads as a user's.
 */
export function engineNamed(name: EngineName, device: DeviceName = "auto"): Promise<Engine> {
  return shared({ engine: name, device, ...(name === "onnx" && { threads: 1 }) });
}

/** What a session starts engines with: one that runs already, which stays when the session closes its own. */
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

/** One that died, or didn't start, is started anew when it is asked for again. */
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

// Mocha runs such a hook after the file that brought it in. A process that tests several files side by side with another
// keeps its engines for the next; they end with it.
// What such a test starts by itself has no hooks, and ends when it is done.
if (process.env["MOCHA_WORKER_ID"] === undefined && typeof globalThis.after === "function")
  after(async () => {
    for (const engine of running.values()) await (await engine.catch(() => null))?.close();
    running.clear();
  });
