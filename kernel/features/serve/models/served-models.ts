/**
 * Served models by name: opened from folders, replaced while requests run, and reopened if their process dies. A lease
 * keeps a model open; a name refers to the newest version only.
 */
import { resolve } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { sharedTokenizerSandbox } from "../../../bases/isolated/client.js";
import type { Engine, EngineInfo } from "../../../engines/engine.js";
import type { ModelLease, ModelLoad, Readiness, NamedModelFolder, ServedModel, ServingFacts } from "../contract.js";
import { uncleanedTextsWarning } from "../../../data/rows/text-cleaners.js";
import { version } from "../../../session/version.js";
import { DatasetCache } from "../../../session/answers/dataset-cache.js";
import type { OpenedModel, ServeOptions, ModelService, ServingMemory } from "./contract.js";
import { EngineManager } from "../../../engines/manager/engine-manager.js";
import type { ManagedEngine } from "../../../engines/manager/managed-engine.js";
import { processMemory } from "../../../engines/manager/process-memory.js";
import { restartDelay } from "../../../engines/manager/restart-delays.js";
import { findModelSourceWithStamp, folderStampOf } from "./find-source.js";
import { writesTexts } from "../model-types.js";
import type { ModelSource, OpenModelSource } from "./model-source.js";
import { ModelRecovery, type RecoverableModel } from "./recovery.js";
import { ENGINE_LOST_REASON, ServableModel } from "./servable.js";
import { shareWriters } from "./shared-writer.js";
import { mapLimited } from "./limited-concurrency.js";

/** The current version of a name, or an old one that is still leased. */
interface Version {
  readonly served: ServableModel;
  /** Its engine; null for its own process. */
  engine: ManagedEngine | null;
  /** Path as given. */
  readonly path: string;
  readonly stamp: string;
  seconds: number;
  holders: number;
  retired: boolean;
  opening: boolean;
}
/** Minimum ms before a computation counts as stuck: a busy machine is no fault. */
const STUCK = 60_000;

export class ServedModels implements ModelService {
  private readonly current = new Map<string, Version>();
  private readonly home: string;
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Serializes replacements. */
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;
  /** Ms that the last opening of all took, including engine start. */
  private took = 0;
  private readonly mending: ModelRecovery;

  private constructor(
    private readonly options: ServeOptions,
    private readonly engines: EngineManager,
  ) {
    this.home = resolve(options.folder ?? ".");
    this.mending = new ModelRecovery({
      models: () => [...this.current.values()].map((version) => this.mendable(version)),
      stuck: options.stuck ?? Math.max(options.limits.time, STUCK),
      tell: (report) => options.tell?.(report),
    });
  }

  /**
   * Settles when every model accepts requests. Coded errors `nothing-to-serve`, `same-name`, `folder-not-served`, those
   * of runs, folders and engines.
   */
  static async open(folders: readonly NamedModelFolder[], settings: ServeOptions): Promise<ServedModels> {
    if (folders.length === 0) throw new CodedError("nothing-to-serve", {});
    // Tokenizes long texts in a second process, so that they do not delay other requests.
    sharedTokenizerSandbox().divide();
    const datasets = new DatasetCache();
    const home = resolve(settings.folder ?? ".");
    const found: (ModelSource & { readonly as: string; readonly path: string; readonly stamp: string })[] = [];
    for (const { name, folder } of folders) {
      settings.signal?.throwIfAborted();
      const { one, stamp } = await unlessAborted(findModelSourceWithStamp(folder, home, datasets), settings.signal);
      const as = name ?? one.name;
      const same = found.find((other) => other.as === as);
      if (same) throw new CodedError("same-name", { name: as, folders: [same.folder, one.folder] });
      found.push({ ...one, as, path: folder, stamp });
    }
    const engines: EngineManager = new EngineManager({
      ...(settings.engine && { settings: settings.engine }),
      restart: {
        crashed: (engine, error, delay) => models.lost(engine, error, delay),
        restarted: (engine, started) => models.back(engine, started),
        unavailable: () => new CodedError("model-opening", { name: "the engine", why: ENGINE_LOST_REASON, seconds: 1 }),
      },
    });
    const models: ServedModels = new ServedModels(settings, engines);
    for (const one of shareWriters(found))
      models.current.set(one.as, await models.version(one.as, one.path, { found: one, stamp: one.stamp }));
    settings.found?.(models);
    for (const one of found) {
      const uncleaned = uncleanedTextsWarning(one.as, one.clean, "this server");
      const warning = uncleaned && new CodedError("texts-not-cleaned", uncleaned);
      if (warning) settings.tell?.({ is: "uncleaned", name: one.as, folder: one.folder, warning });
    }
    await models.begin(settings.signal);
    return models;
  }

  /** Each model accepts requests once it is open. Stops at the first failure, and at the signal. */
  private async begin(signal?: AbortSignal): Promise<void> {
    const from = performance.now();
    const opening = mapLimited([...this.current.values()], async (version) => {
      signal?.throwIfAborted();
      await this.bodyFor(version);
      this.tellOpened(version);
    });
    try {
      for (const one of opening) await unlessAborted(one, signal);
      this.took = performance.now() - from;
    } catch (error) {
      // A busy engine can't respond, so it is killed without waiting.
      if (signal?.aborted) this.engines.abandon();
      const closed = Promise.all([this.close(), Promise.allSettled(opening).then(() => this.close())]);
      await (signal?.aborted ? Promise.race([closed, soon()]) : closed);
      throw error;
    }
  }

  get opened(): readonly OpenedModel[] {
    return [...this.current.values()].map(openedOf);
  }
  get running(): readonly EngineInfo[] {
    return this.engines.running;
  }

  hold(name: string | null): ModelLease {
    const [only] = this.current.size === 1 ? this.current.values() : [];
    const version = name === null ? only : this.current.get(name);
    if (!version) throw new CodedError("no-such-model", { name, has: [...this.current.keys()] });
    const { served } = version;
    if (served.ready !== true) throw served.notNow;
    version.holders += 1;
    let isHeld = true;
    return {
      model: served,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        version.holders -= 1;
        if (version.retired && version.holders === 0) void this.end(version);
      },
    };
  }

  list(): readonly ServedModel[] {
    return [...this.current.values()].map(({ served }) => served);
  }

  ready(): Readiness {
    if (this.closed) return { ready: false, why: "it is closed" };
    const models = Object.fromEntries(
      [...this.current].flatMap(([name, version]): [string, string][] => {
        const { ready } = version.served;
        const why = ready === true ? this.mending.illness(this.mendable(version)) : ready;
        return why === null ? [] : [[name, why]];
      }),
    );
    const [first] = Object.entries(models);
    return first ? { ready: false, why: first.join(": "), models } : { ready: true };
  }

  facts(): ServingFacts {
    return {
      version,
      engines: this.running.map(({ name, title, device, pid }) => ({
        name,
        title,
        device,
        memory: processMemory(pid),
      })),
      weights: this.memory().weights,
    };
  }

  replace(name: string, folder: string): Promise<OpenedModel> {
    const work = this.turn.then(async () => {
      const { one, stamp } = await findModelSourceWithStamp(folder, this.home, new DatasetCache());
      const version = await this.version(name, folder, { found: one, stamp });
      await this.bodyFor(version);
      this.put(version);
      return openedOf(version);
    });
    this.turn = work.catch(() => undefined);
    return work;
  }

  async reload(): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const [name, { path, served, stamp }] of [...this.current]) {
      if (folderStampOf(served.found.folder) === stamp) continue;
      try {
        await this.replace(name, path);
        changed.push(name);
      } catch (error) {
        this.options.tell?.({ is: "not-opened", name, folder: served.found.folder, error });
      }
    }
    return changed;
  }

  load(): Readonly<Record<string, ModelLoad>> {
    return Object.fromEntries([...this.current].map(([name, { served }]) => [name, served.load()]));
  }

  memory(): ServingMemory {
    const open = [...this.current.values()].flatMap(({ served }) => served.opened?.weights ?? []);
    const weights = [...new Map(open.map(({ source, bytes }) => [source, bytes])).values()].reduce(
      (sum, bytes) => sum + bytes,
      0,
    );
    return { processMemory: process.memoryUsage.rss(), engine: this.engines.memory(), weights };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.mending.close();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all([...this.current.values()].map(({ served }) => served.close()));
    await this.engines.close();
  }

  private async version(
    name: string,
    path: string,
    { found, stamp }: { found: ModelSource; stamp: string },
  ): Promise<Version> {
    const doing = writesTexts(found.facts.sort) ? "writes" : "answers";
    const engine = found.inEngine ? await this.engines.engineFor(doing, found.precision) : null;
    const card = (): boolean => (engine?.current?.info.device ?? "cpu") !== "cpu";
    const { limits, computing } = this.options;
    const served = await ServableModel.create(name, found, { limits, card, ...(computing && { computing }) });
    return { served, engine, path, stamp, seconds: 0, holders: 0, retired: false, opening: false };
  }
  /** Opens it in parallel with the current version of its name. */
  private async bodyFor(version: Version): Promise<void> {
    const began = performance.now();
    version.opening = true;
    try {
      await version.engine?.acquire();
      await this.embody(version);
      version.seconds = (performance.now() - began) / 1000;
    } finally {
      version.opening = false;
    }
  }

  private async embody(version: Version): Promise<void> {
    const body = await this.mending.whileOpening(() => this.given(version));
    this.mending.watch(body.session);
    void body.ended?.then(() => this.ended(version, body));
  }
  private given({ served, engine }: Version): Promise<OpenModelSource> {
    // For a model with its own process, the engine does the additional work.
    const running = async (): Promise<Engine> => (engine ?? (await this.engines.engineFor("writes", "f32"))).acquire();
    return served.openIn(running, this.options);
  }

  private put(version: Version): void {
    const { name } = version.served;
    const old = this.current.get(name);
    this.current.set(name, version);
    this.tellOpened(version);
    if (!old) return;
    old.retired = true;
    if (old.holders === 0) void this.end(old);
  }

  private tellOpened({ served, seconds }: Version): void {
    this.options.tell?.({ is: "opened", name: served.name, folder: served.found.folder, seconds });
  }

  private async end({ served }: Version): Promise<void> {
    await served.close();
    this.options.tell?.({ is: "closed", name: served.name, folder: served.found.folder });
  }

  private lost(engine: ManagedEngine, error: unknown, again: number): void {
    const back = again + this.took;
    for (const version of this.current.values())
      if (version.engine === engine) void version.served.lose({ why: ENGINE_LOST_REASON, back });
    this.options.tell?.({ is: "engine-died", why: wordsIn(error), again });
  }

  private async back(managed: ManagedEngine, engine: Engine): Promise<void> {
    const its = [...this.current.values()].filter((version) => version.engine === managed);
    await Promise.all(mapLimited(its, async (one) => (managed.current === engine ? this.again(one) : undefined)));
    if (managed.current !== engine) return;
    this.took = performance.now() - managed.startedAt;
    this.options.tell?.({ is: "engine-back", seconds: (performance.now() - managed.crashedAt) / 1000 });
  }

  /** A runtime's own process has ended. */
  private ended(version: Version, body: OpenModelSource): void {
    const { served } = version;
    if (this.closed || version.retired || served.opened !== body) return;
    const error = new CodedError("runtime-failed", { runtime: `the process of ${served.name}`, why: "it has ended" });
    void served.lose({ why: ENGINE_LOST_REASON, back: version.seconds * 1000 });
    this.options.tell?.({ is: "engine-died", why: wordsIn(error), again: 0 });
    void this.again(version);
  }

  private mendable(version: Version): RecoverableModel {
    const { served, engine } = version;
    return {
      name: served.name,
      folder: served.found.folder,
      session: served.opened?.session ?? null,
      engine,
      load: () => served.load(),
      probe: () => served.probe(),
      lose: (why) => served.lose({ why, back: version.seconds * 1000 }),
      again: () => void this.again(version),
      killEngine() {
        engine?.kill();
        return engine !== null;
      },
    };
  }

  /** Reopens it; retries later if it fails for its own reasons, after `times` attempts so far. */
  private async again(version: Version, times = 0): Promise<void> {
    const { served } = version;
    if (version.opening) return;
    version.opening = true;
    try {
      await this.embody(version);
      if (this.closed || version.retired) await served.close();
    } catch (error) {
      if (this.closed || version.retired || (version.engine && version.engine.current === null)) return;
      this.options.tell?.({ is: "not-opened", name: served.name, folder: served.found.folder, error });
      const pause = restartDelay(times + 2);
      await served.lose({ why: ENGINE_LOST_REASON, back: pause + version.seconds * 1000 });
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        if (this.current.get(served.name) === version && served.ready !== true) void this.again(version, times + 1);
      }, pause);
      this.timers.add(timer);
    } finally {
      version.opening = false;
    }
  }
}

/** Milliseconds that aborted work gets to end. */
const ENDING = 1000;
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, ENDING));

/** The result of the work; rejects with the signal's reason if aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let give = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason as Error);
    signal.addEventListener("abort", give);
    if (signal.aborted) give();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", give);
  }
}

function openedOf({ served, seconds }: Version): OpenedModel {
  return { name: served.name, folder: served.found.folder, model: served, seconds };
}

function wordsIn(error: unknown): string {
  return error instanceof CodedError ? diagnosticText(error).message : String(error);
}
