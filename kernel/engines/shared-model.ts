/**
 * One compiled model, lent to several trainings whose programs are the same. Each sees a session as if it were alone; what it
 * trains is in the engine while it works and aside in the host's memory while another does. The engine answers in the order
 * in which it was asked, so a change of hands is sent before the call that needs it and nobody waits for it.
 */
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { EngineSession } from "./engine.js";

export class SharedModelPool {
  private holder: LentSession | null = null;
  private readonly borrowers = new Set<LentSession>();
  private last = 0;

  /** `names`: what a training changes. */
  constructor(
    private readonly session: EngineSession,
    private readonly names: readonly string[],
  ) {}

  /** Whether somebody trains with it. */
  get lent(): boolean {
    return this.borrowers.size > 0;
  }

  /** A session that begins as the model was opened. */
  lend(): EngineSession {
    const lent = new LentSession(this, this.session, `lent-${++this.last}`);
    this.borrowers.add(lent);
    return lent;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  /** @internal Sends what puts the state of `to` into the engine; undefined: it is there. */
  hand(to: LentSession): Promise<unknown> | undefined {
    if (this.holder === to) return undefined;
    const { holder, session } = this;
    const saved = holder && session.setAside(holder.name, this.names);
    const begun = to.begun ? session.takeBack(to.name) : session.reset();
    this.holder = to;
    to.begun = true;
    return Promise.all([saved, begun]);
  }

  /** @internal Its state is needed no more. */
  async giveBack(from: LentSession): Promise<void> {
    if (!this.borrowers.delete(from)) return;
    if (this.holder === from) this.holder = null;
    else if (from.begun) await this.session.letGo(from.name);
  }
}

class LentSession implements EngineSession {
  /** Whether it has state of its own already. */
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
  /** The model stays open for the others, and for the next. */
  dispose(): Promise<void> {
    return this.model.giveBack(this);
  }

  private async does<T>(ask: (session: EngineSession) => Promise<T>): Promise<T> {
    const handed = this.model.hand(this);
    // Both are sent before either is waited for.
    const [answer] = await Promise.all([ask(this.session), handed]);
    return answer;
  }
  private prefixedName(as: string): string {
    return `${this.name}/${as}`;
  }
}
