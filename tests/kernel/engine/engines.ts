/** Engines for tests: one host process each for the whole run, started when first asked for, closed at the end. */
import { after } from "mocha";
import type { DeviceName, Engine, EngineName } from "#kernel/engine/engine.js";
import { startEngine } from "#kernel/engine/start.js";

export const ENGINES: readonly EngineName[] = ["tensorflow", "onnx", "tfjs"];
/** Further ways to compute that the same suite of ops runs through; `tfjs` alone is wasm. */
export const DEVICES: readonly (readonly [EngineName, DeviceName])[] = [
  ...ENGINES.map((name) => [name, "auto"] as const),
  ["tfjs", "cpu"],
  ["tfjs", "webgpu"],
  ["onnx", "webgpu"],
];
const running = new Map<string, Promise<Engine>>();

export function engineNamed(name: EngineName, device: DeviceName = "auto"): Promise<Engine> {
  const key = `${name} ${device}`;
  const known = running.get(key) ?? startEngine({ engine: name, device });
  running.set(key, known);
  return known;
}

after(async () => {
  for (const engine of running.values()) await (await engine.catch(() => null))?.close();
  running.clear();
});
