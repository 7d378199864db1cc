/**
 * Starts an engine in its own host process and returns a client of it. `auto` takes the fastest one that works on this
 * machine.
 */
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { chooseEngine, type EngineChoice } from "./choice.js";
import type {
  DeviceName,
  Engine,
  EngineHostTimes,
  EngineInfo,
  EngineName,
  EngineOptions,
  OpRefusal,
  EngineSession,
} from "./engine.js";
import { allEngines, engines, measuredEngines } from "./engines.js";
import { HostClient } from "./host/client.js";
import { engineHostEnvironment, hostThreads } from "./host/environment.js";
import { readMachineRecord } from "./machine-record.js";
import { QUOTED_ENGINE_GFLOPS } from "./native/versions.js";
import type { EngineWork } from "./engine-work.js";

/**
 * Coded errors: `engine-unavailable` if the named engine, or every engine, fails; `device-unavailable` if the engines
 * that work do not support the named device.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { device = "auto" } = options;
  const engine = await startSome(options);
  if (meets(device, engine.info.device)) return engine;
  await engine.close();
  throw new CodedError("device-unavailable", { device, title: engine.info.title });
}

/** `gpu` accepts any way in which an engine reaches a graphics card. */
function meets(requested: DeviceName, has: EngineInfo["device"]): boolean {
  return requested === "auto" || requested === has || (requested === "gpu" && has === "webgpu");
}

async function startSome(options: EngineOptions): Promise<Engine> {
  const { engine: named, device = "auto" } = options;
  if (named !== "auto") return startOne(named, options, "you selected it");
  const alone = allEngines.find((one) => one.alone?.includes(device));
  if (alone) return startOne(alone.name, options, `it is the engine that computes with ${written(device)}`);
  const { engine, why, missing } = await preferredEngine(options.work);
  const failures = [...missing];
  for (const name of orderFrom(engine, await here()))
    try {
      return await startOne(name, options, [...failures, ...(name === engine ? [why] : [])].join("; "));
    } catch (e) {
      if (!(e instanceof CodedError)) throw e;
      failures.push(textsOfCode(e.code, e.data).message);
    }
  const slower = Math.round(QUOTED_ENGINE_GFLOPS.tensorflow / QUOTED_ENGINE_GFLOPS.wasm);
  return startOne("tfjs", options, `${failures.join("; ")}; this engine is about ${String(slower)} times slower`);
}

/** Hides graphics cards from CUDA when the CPU was requested. */
const withoutCard = { CUDA_VISIBLE_DEVICES: "-1" };
/** Makes TensorFlow and its GPU libraries use kernels without atomic sums; ops without such a kernel fail. */
const inOneOrder = { TF_DETERMINISTIC_OPS: "1", TF_CUDNN_DETERMINISTIC: "1" };
const written = (device: DeviceName): string => (device === "webgpu" ? "WebGPU" : device);
/** Puts `first` first; the others keep their order. */
const orderFrom = (first: EngineName, names: readonly EngineName[]): readonly EngineName[] => [
  first,
  ...names.filter((name) => name !== first),
];

/** Returns the measured engines whose native part is on this machine. */
async function here(): Promise<readonly EngineName[]> {
  const found = await Promise.all(measuredEngines.map(async (one) => [one.name, await one.found()] as const));
  return found.flatMap(([name, part]) => (typeof part === "string" ? [] : [name]));
}

/**
 * Returns the engine that `auto` would start for this work, and a sentence for each engine that lacks its native part.
 */
export async function preferredEngine(
  work: EngineWork | undefined,
): Promise<EngineChoice & { readonly missing: readonly string[] }> {
  const available = await here();
  const missing = measuredEngines.flatMap(({ name, without }) =>
    without === undefined || available.includes(name) ? [] : [without],
  );
  return { ...chooseEngine(available, readMachineRecord(), work), missing };
}

async function startOne(name: EngineName, options: EngineOptions, why: string): Promise<Engine> {
  const record = engines[name];
  const { device = "auto" } = options;
  const refused = record.refuses(device);
  if (refused !== undefined)
    throw new CodedError("engine-unavailable", { engine: name, why: refused, device, refused: true });
  const found = await record.found();
  if (typeof found === "string") throw new CodedError("engine-unavailable", { engine: name, why: found });
  const threads = hostThreads(options.threads);
  const client = new HostClient(
    name,
    engineHostEnvironment(name, threads, {
      ...(device === "cpu" && withoutCard),
      ...(options.deterministic && inOneOrder),
      ...options.env,
    }),
  );
  try {
    const info = await client.call("start", {
      engine: name,
      addon: found.addon,
      threads,
      device,
      answers: options.work?.answers === true,
    });
    return new HostedEngine(client, { ...info, why, ...(options.deterministic && { deterministic: true }) });
  } catch (e) {
    await client.close();
    const reason = e instanceof Error ? e.message : String(e);
    throw new CodedError("engine-unavailable", { engine: name, why: reason, device }, { cause: e });
  }
}

class HostedEngine implements Engine {
  readonly died: Promise<never>;
  constructor(
    private readonly client: HostClient,
    readonly info: EngineInfo,
  ) {
    this.died = client.died;
  }
  clock(): Promise<EngineHostTimes> {
    return this.client.call("clock", {});
  }
  can(program: Program): Promise<readonly OpRefusal[]> {
    return this.client.call("can", { program });
  }
  async open(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<EngineSession> {
    const session = await this.client.call("open", { programs, checkpoints });
    return new HostedSession(this.client, session, Object.keys(programs));
  }
  close(): Promise<void> {
    return this.client.close();
  }
}

class HostedSession implements EngineSession {
  constructor(
    private readonly client: HostClient,
    private readonly session: number,
    private names: readonly string[],
  ) {}
  get programs(): readonly string[] {
    return this.names;
  }
  run(
    program: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted?: readonly string[],
  ): Promise<Record<string, NDArray>> {
    return this.client.call("run", { session: this.session, program, feeds, wanted: wanted ?? null });
  }
  async add(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<void> {
    await this.client.call("add", { session: this.session, programs, checkpoints });
    this.names = [...new Set([...this.names, ...Object.keys(programs)])];
  }
  async save(
    file: string,
    names?: readonly string[],
    metadata: Readonly<Record<string, string>> = {},
    rename: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.client.call("save", { session: this.session, file, names: names ?? null, metadata, rename });
  }
  async remove(programs: readonly string[]): Promise<void> {
    await this.client.call("remove", { session: this.session, programs });
    this.names = this.names.filter((name) => !programs.includes(name));
  }
  load(file: string, only?: Readonly<Record<string, string>>): Promise<readonly string[]> {
    return this.client.call("load", { session: this.session, file, only: only ?? null });
  }
  async reset(names?: readonly string[]): Promise<void> {
    await this.client.call("reset", { session: this.session, names: names ?? null });
  }
  async setAside(as: string, names: readonly string[]): Promise<void> {
    await this.client.call("setAside", { session: this.session, as, names });
  }
  async takeBack(as: string): Promise<void> {
    await this.client.call("takeBack", { session: this.session, as });
  }
  async letGo(as: string): Promise<void> {
    await this.client.call("letGo", { session: this.session, as });
  }
  read(state: string): Promise<NDArray> {
    return this.client.call("read", { session: this.session, state });
  }
  async write(state: string, value: NDArray): Promise<void> {
    await this.client.call("write", { session: this.session, state, value });
  }
  async dispose(): Promise<void> {
    await this.client.call("dispose", { session: this.session });
  }
}
