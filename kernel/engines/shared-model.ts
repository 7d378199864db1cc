/**
 * One compiled model, shared by several trainings with the same programs. Each gets a session that looks exclusive; its
 * trained state is in the engine while it runs and in the host's memory while another runs. The engine processes
 * requests in order, so a swap is sent before the call that needs it, and nothing waits for it.
 */
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { EngineSession } from "./engine.js";

export class SharedModelPool {
  private holder: LentSession | null = null;
  private readonly borrowers = new Set<LentSession>();
  private last = 0;

  /** `names`: the states that a training changes. */
  constructor(
    private readonly session: EngineSession,
    private readonly names: readonly string[],
  ) {}

  /** Whether a training is using it. */
  get lent(): boolean {
    return this.borrowers.size > 0;
  }

  /** Returns a session that starts from the model's state at opening. */
  lend(): EngineSession {
    const lent = new LentSession(this, this.session, `lent-${++this.last}`);
    this.borrowers.add(lent);
    return lent;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  /** @internal Sends the requests that swap the state of `to` into the engine; undefined if it is already loaded. */
  hand(to: LentSession): Promise<unknown> | undefined {
    if (this.holder === to) return undefined;
    const { holder, session } = this;
    const saved = holder && session.setAside(holder.name, this.names);
    const begun = to.begun ? session.takeBack(to.name) : session.reset();
    this.holder = to;
    to.begun = true;
    return Promise.all([saved, begun]);
  }

  /** @internal Releases the state of a session. */
  async giveBack(from: LentSession): Promise<void> {
    if (!this.borrowers.delete(from)) return;
    if (this.holder === from) this.holder = null;
    else if (from.begun) await this.session.letGo(from.name);
  }
}

class LentSession implements EngineSession {
  /** Whether it already has its own state. */
  begun = false;

  constructor(
    private readonly model: SharedModelPool,
    private readonly session: EngineSession,
    readonly name: string,
  ) {}

  get programs(): readonly string[] {
    return this.session.programs;
  }
  run(
    program: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted?: readonly string[],
  ): Promise<Record<string, NDArray>> {
    return this.does((session) => session.run(program, feeds, wanted));
  }
  add(programs: Readonly<Record<string, Program>>, checkpoints: readonly string[]): Promise<void> {
    return this.session.add(programs, checkpoints);
  }
  remove(programs: readonly string[]): Promise<void> {
    return this.session.remove(programs);
  }
  save(
    file: string,
    names?: readonly string[],
    metadata?: Readonly<Record<string, string>>,
    rename?: Readonly<Record<string, string>>,
  ): Promise<void> {
    return this.does((session) => session.save(file, names, metadata, rename));
  }
  load(file: string, only?: Readonly<Record<string, string>>): Promise<readonly string[]> {
    return this.does((session) => session.load(file, only));
  }
  reset(names?: readonly string[]): Promise<void> {
    return this.does((session) => session.reset(names));
  }
  setAside(as: string, names: readonly string[]): Promise<void> {
    return this.does((session) => session.setAside(this.prefixedName(as), names));
  }
  takeBack(as: string): Promise<void> {
    return this.does((session) => session.takeBack(this.prefixedName(as)));
  }
  letGo(as: string): Promise<void> {
    return this.session.letGo(this.prefixedName(as));
  }
  read(state: string): Promise<NDArray> {
    return this.does((session) => session.read(state));
  }
  write(state: string, value: NDArray): Promise<void> {
    return this.does((session) => session.write(state, value));
  }
  /** The model stays open for other and later trainings. */
  dispose(): Promise<void> {
    return this.model.giveBack(this);
  }

  private async does<T>(ask: (session: EngineSession) => Promise<T>): Promise<T> {
    const handed = this.model.hand(this);
    // Both requests are sent before either is awaited.
    const [answer] = await Promise.all([ask(this.session), handed]);
    return answer;
  }
  private prefixedName(as: string): string {
    return `${this.name}/${as}`;
  }
}
