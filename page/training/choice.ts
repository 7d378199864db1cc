/**
 * Chooses where a training computes: on WebAssembly or on WebGPU. Unless the user chooses, WebGPU is used if there is a
 * GPU and if a few steps of this training are faster on it and give the same losses. The reason is reported.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine } from "#kernel/engines/engine.js";
import type { TrainingDevices } from "./devices.js";
import { failureOf } from "./failure.js";
import type { DeviceChoice, Device } from "./protocol.js";
import type { PageRun, SpeedProbe } from "./run.js";

export interface TrainingStartedOnDevice {
  readonly run: PageRun;
  readonly device: Device;
  /** Reason as a sentence without a full stop; null if the user chose the device. */
  readonly why: string | null;
}

/** Maximum difference between losses: sums differ in their last digits. */
const NEAR = 1e-3;

/**
 * Chooses a device and opens the training on it.
 * @param begin opens the training in an engine
 * @param doing receives what is being tried
 */
export async function startTrainingOnDevice(
  choice: DeviceChoice,
  devices: TrainingDevices,
  begin: (engine: Engine) => Promise<PageRun>,
  doing: (what: string) => void,
): Promise<TrainingStartedOnDevice> {
  const on = async (device: Device): Promise<PageRun> => begin(await devices.engine(device));
  if (choice !== "sooner") return { run: await on(choice), device: choice, why: null };
  const plainly = async (why: string): Promise<TrainingStartedOnDevice> => ({
    run: await on("wasm"),
    device: "wasm",
    why,
  });
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

/** Compares the step times and losses on WebGPU (`there`) and WebAssembly (`here`). */
export function fasterDevice(there: SpeedProbe, here: SpeedProbe): Omit<TrainingStartedOnDevice, "run"> {
  const off = Math.max(...here.losses.map((loss, i) => Math.abs(loss - (there.losses[i] ?? Number.NaN))));
  // NaN does not count as equal either.
  if (!(off < NEAR)) return { device: "wasm", why: `losses on WebGPU were others, by ${off.toPrecision(2)}` };
  const device = there.seconds < here.seconds ? "webgpu" : "wasm";
  const took = (seconds: number): string => `${seconds.toFixed(2)} s`;
  return { device, why: `a step took ${took(there.seconds)} on WebGPU, ${took(here.seconds)} on WebAssembly` };
}

/** Returns a string if the device failed; errors of the program itself are thrown. */
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
