/** Finds the hardware behind a named device on this machine by starting an engine and closing it. */
import type { DeviceName, EngineName } from "../../engines/engine.js";
import { startEngine } from "../../engines/start-engine.js";
import type { EngineProbe } from "./dataset-cache.js";

/** Throws the coded errors of `startEngine`. */
export const probeEngine: EngineProbe = async ({ engine: name, device }) => {
  const engine = await startEngine({ engine: name as EngineName, device: device as DeviceName });
  const { title } = engine.info;
  await engine.close();
  return { title };
};
