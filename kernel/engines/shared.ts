/**
 * Several models over one store: base weights that no model changes are stored once; each model's trained state has its
 * own names. A model gets a session that looks exclusive. Its programs are added to the shared session when it opens
 * and removed when it is disposed of; the last one closes the store.
 */
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { NDArray, Program, TensorState } from "#dsl/tensor/program.js";
import { renameProgramStates } from "#dsl/tensor/renamed.js";
import type { Engine, EngineSession } from "./engine.js";

type Programs = Readonly<Record<string, Program>>;
/** Whether a state that is initialized from a checkpoint tensor is shared by all models of the store. */
type IsShared = (tensor: string, state: string) => boolean;

const stores = new WeakMap<Engine, Map<string, SharedStateStore>>();

/** Returns the store of that name in an engine; creates it at first use. */
export function sharedStoreOf(engine: Engine, name: string): SharedStateStore {
  const engineStores = stores.get(engine) ?? new Map<string, SharedStateStore>();
  stores.set(engine, engineStores);
  const known = engineStores.get(name) ?? new SharedStateStore(engine);
  engineStores.set(name, known);
  return known;
}

export class SharedStateStore {
  /** Settles in request order: each opening waits for the previous one. */
  private session: Promise<EngineSession> | null = null;
  private readonly views = new Set<View>();
  private readonly types = new Map<string, string>();
  private last = 0;

  constructor(private readonly engine: Engine) {}

  get size(): number {
    return this.views.size;
  }

  async open(programs: Programs, checkpoints: readonly string[], isShared: IsShared): Promise<EngineSession> {
    const view = new View(this, `m${++this.last}/`, isShared);
    this.views.add(view);
    try {
      await view.add(programs, checkpoints);
      return view;
    } catch (error) {
      this.views.delete(view);
      if (this.views.size === 0) this.session = null;
      throw error;
    }
  }

  /** @internal Opens the session with these programs, or adds them to it. */
  async put(programs: Programs, checkpoints: readonly string[]): Promise<void> {
    const { session: begun } = this;
    const session = await begun?.catch(() => null);
    if (session) return session.add(programs, checkpoints);
    // The first opener failed.
    if (this.session !== begun) return this.put(programs, checkpoints);
    this.session = this.engine.open(programs, checkpoints);
    await this.session;
  }
  common(): Promise<EngineSession> {
    return this.session ?? Promise.reject(new CodedError("engine-closed", { engine: this.engine.info.name }));
  }
  /** @internal Whether a state of that name and type is shared, or can be. */
  agrees(name: string, { type, initial }: TensorState): boolean {
    const description = JSON.stringify([type, initial]);
    const known = this.types.get(name) ?? description;
    this.types.set(name, known);
    return known === description;
  }
  async leave(view: View, programs: readonly string[]): Promise<void> {
    if (!this.views.delete(view) || !this.session) return;
    const { session } = this;
    if (this.views.size > 0) return (await session).remove(programs);
    this.session = null;
    this.types.clear();
    await (await session).dispose();
  }
}

class View implements EngineSession {
  private readonly names = new Set<string>();
  /** State of this model → its name in the store; shared states keep their names. */
  private readonly ownStates = new Map<string, string>();
  private readonly shared = new Set<string>();
  /** The model's own states that have no value until a program writes them. */
  private readonly unset = new Set<string>();

  constructor(
    private readonly store: SharedStateStore,
    private readonly tag: string,
    private readonly isShared: IsShared,
  ) {}

  get programs(): readonly string[] {
    return [...this.names];
  }

  async add(programs: Programs, checkpoints: readonly string[]): Promise<void> {
    const written = new Set(Object.values(programs).flatMap(({ updates }) => updates.map(({ state }) => state)));
    for (const { state } of Object.values(programs))
      for (const [name, definition] of Object.entries(state)) {
        if (this.ownStates.has(name)) continue;
        if (this.shared.has(name) && written.has(name)) throw new CodedError("state-shared", { name });
        const { initial } = definition;
        if ("unset" in initial) this.unset.add(name);
        const tensor = tensorOf(initial);
        const frozen = tensor !== null && this.isShared(tensor, name) && !written.has(name);
        if (frozen && this.store.agrees(name, definition)) this.shared.add(name);
        else this.ownStates.set(name, this.tag + name);
      }
    const tagged = Object.entries(programs).map(([name, program]) => [
      this.tag + name,
      renameProgramStates(program, this.ownStates),
    ]);
    await this.store.put(Object.fromEntries(tagged) as Programs, checkpoints);
    for (const name of Object.keys(programs)) this.names.add(name);
  }
  async remove(programs: readonly string[]): Promise<void> {
    await (await this.store.common()).remove(programs.map((name) => this.tag + name));
    for (const name of programs) this.names.delete(name);
  }
  async run(
    program: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted?: readonly string[],
  ): Promise<Record<string, NDArray>> {
    return (await this.store.common()).run(this.tag + program, feeds, wanted);
  }
  async save(
    file: string,
    names: readonly string[] = [...this.shared, ...this.ownStates.keys()].filter((name) => !this.unset.has(name)),
    metadata: Readonly<Record<string, string>> = {},
    rename: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const to = Object.fromEntries(names.map((name) => [this.inStore(name), rename[name] ?? name]));
    await (await this.store.common()).save(file, Object.keys(to), metadata, to);
  }
  /** Does not change shared state: all models of the store start from it. */
  async load(file: string, only?: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const wanted = Object.entries(only ?? Object.fromEntries([...this.ownStates.keys()].map((name) => [name, name])));
    const back = new Map(wanted.map(([name]) => [this.inStore(name), name]));
    const set = await (
      await this.store.common()
    ).load(file, Object.fromEntries(wanted.map(([name, tensor]) => [this.inStore(name), tensor])));
    return set.map((name) => mustGet(back, name, "state"));
  }
  async reset(names: readonly string[] = [...this.ownStates.keys()]): Promise<void> {
    await (await this.store.common()).reset(names.map((name) => this.inStore(name)));
  }
  async setAside(as: string, names: readonly string[]): Promise<void> {
    const storedNames = names.map((name) => this.inStore(name));
    await (await this.store.common()).setAside(this.tag + as, storedNames);
  }
  async takeBack(as: string): Promise<void> {
    await (await this.store.common()).takeBack(this.tag + as);
  }
  async letGo(as: string): Promise<void> {
    await (await this.store.common()).letGo(this.tag + as);
  }
  async read(state: string): Promise<NDArray> {
    return (await this.store.common()).read(this.inStore(state));
  }
  async write(state: string, value: NDArray): Promise<void> {
    if (this.shared.has(state)) throw new CodedError("state-shared", { name: state });
    await (await this.store.common()).write(this.inStore(state), value);
  }
  async dispose(): Promise<void> {
    await this.store.leave(
      this,
      [...this.names].map((name) => this.tag + name),
    );
  }

  private inStore(name: string): string {
    return this.ownStates.get(name) ?? name;
  }
}

/** The checkpoint tensor that a state is initialized from, directly or after dequantization; null if there is none. */
function tensorOf(initial: TensorState["initial"]): string | null {
  if ("checkpoint" in initial) return initial.checkpoint;
  return "of" in initial ? tensorOf(initial.of.initial) : null;
}
