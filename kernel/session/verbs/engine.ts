/** `engine`: sets the engine and the number of threads for the following statements. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { DeviceName, EngineName } from "../../engines/engine.js";
import type { ExecutionContext } from "../execution-context.js";
import type { OpenSession } from "../open-session.js";

export async function runEngineStatement(
  session: OpenSession,
  { settings }: Extract<Action, { verb: "engine" }>,
  context: ExecutionContext,
): Promise<void> {
  const engine = (settings["engine"] ?? "auto") as EngineName | "auto";
  const device = (settings["device"] ?? "auto") as DeviceName;
  const threads = settings["threads"];
  await session.weights.close();
  await session.engines.configure({
    engine,
    device,
    ...(typeof threads === "number" && { threads }),
    ...(settings["deterministic"] === true && { deterministic: true as const }),
  });
  session.datasets.engine = engine;
  const { info } = await session.engines.engine();
  context.screen.display({ bundle: { "text/plain": `engine: ${info.title}, ${info.threads} threads` } });
}
