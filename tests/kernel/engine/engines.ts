/** Engines for tests: one host process each for the whole run, started when first asked for, closed at the end. */
import { after } from "mocha";
import type { Engine, EngineName } from "#kernel/engine/engine.js";
import { startEngine } from "#kernel/engine/start.js";

export const ENGINES: readonly EngineName[] = ["tensorflow", "onnx", "tfjs"];
const running = new Map<EngineName, Promise<Engine>>();

export function engineNamed(name: EngineName): Promise<Engine> {
  const known = running.get(name) ?? startEngine({ engine: name });
  running.set(name, known);
  return known;
}

after(async () => {
  for (const engine of running.values()) await (await engine).close();
  running.clear();
});
