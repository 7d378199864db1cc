/**
 * Where a training computes: on WebAssembly, or on WebGPU. Unless a person says which, WebGPU is taken where a card has it,
 * and where a few steps of this very training took less time on it and came to the same losses. Told is why.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine } from "#kernel/engines/engine.js";
import type { TrainingDevices } from "./devices.js";
import { failureOf } from "./failure.js";
import type { DeviceChoice, Device } from "./protocol.js";
import type { PageRun, SpeedProbe } from "./run.js";

export interface BegunTraining {
  readonly run: PageRun;
  readonly device: Device;
  /** A sentence without its end; null: it was asked for. */
  readonly why: string | null;
}

/** How far losses may lie apart: sums differ in their last digits. */
const NEAR = 1e-3;

/** `begin`: opens the training in an engine. `doing`: told what is tried. */
export async function beginOnDevice(
  choice: DeviceChoice,
  devices: TrainingDevices,
  begin: (engine: Engine) => Promise<PageRun>,
  doing: (what: string) => void,
): Promise<BegunTraining> {
  const on = async (device: Device): Promise<PageRun> => begin(await devices.engine(device));
  if (choice !== "sooner") return { run: await on(choice), device: choice, why: null };
  const plainly = async (why: string): Promise<BegunTraining> => ({ run: await on("wasm"), device: "wasm", why });
  const adapter = await devices.adapter();
  if (typeof adapter === "string") return plainly(adapter);
  if (adapter.software) return plainly(`the processor computes what this browser's WebGPU (${adapter.title}) would`);
  doing(`trying steps on ${adapter.title}`);
  const there = await tried(() => on("webgpu"));
  if (typeof there === "string") return plainly(`WebGPU on ${adapter.title} failed: ${there}`);
  doing("trying steps on WebAssembly");
  const here = await tried(() => on("wasm"));
  if (typeof here === "string") return { run: there.run, device: "webgpu", why: `WebAssembly failed: ${here}` };
  const chosen = fasterDevice(there.probe, here.probe);
  await (chosen.device === "webgpu" ? here : there).run.close();
  return { ...chosen, run: chosen.device === "webgpu" ? there.run : here.run };
}

/** Of what steps took there (WebGPU) and here. */
export function fasterDevice(there: SpeedProbe, here: SpeedProbe): Omit<BegunTraining, "run"> {
  const off = Math.max(...here.losses.map((loss, i) => Math.abs(loss - (there.losses[i] ?? Number.NaN))));
  // NaN is not near either.
  if (!(off < NEAR)) return { device: "wasm", why: `losses on WebGPU were others, by ${off.toPrecision(2)}` };
  const device = there.seconds < here.seconds ? "webgpu" : "wasm";
  const took = (seconds: number): string => `${seconds.toFixed(2)} s`;
  return { device, why: `a step took ${took(there.seconds)} on WebGPU, ${took(here.seconds)} on WebAssembly` };
}

/** A string says what went wrong; what the program itself has wrong is thrown. */
async function tried(
  begin: () => Promise<PageRun>,
): Promise<{ readonly run: PageRun; readonly probe: SpeedProbe } | string> {
  let run: PageRun | null = null;
  try {
    run = await begin();
    return { run, probe: await run.probe() };
  } catch (error) {
    await run?.close().catch(() => undefined);
    if (error instanceof CodedError && error.code !== "not-trained-on-page") throw error;
    return failureOf(error).message.split("\n")[0] ?? "";
  }
}
