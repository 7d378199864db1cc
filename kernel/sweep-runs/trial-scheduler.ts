/** Who trains: trials of one sweep take turns on one engine, a chunk of updates each. */

export class Turns {
  private readonly beginning: Turn[] = [];
  private readonly waiting: Turn[] = [];
  private has: Turn | null = null;

  /** Of one trial. */
  turn(): Turn {
    return new Turn(this);
  }

  /** @internal `first`: before those that have trained already. */
  take(of: Turn, first: boolean): void {
    (first ? this.beginning : this.waiting).push(of);
    if (this.has === null) this.next();
  }

  /** @internal */
  give(of: Turn): void {
    if (this.has === of) this.next();
  }

  /** @internal It waits no longer, and has no turn. */
  leave(of: Turn): void {
    for (const queue of [this.beginning, this.waiting]) {
      const at = queue.indexOf(of);
      if (at >= 0) queue.splice(at, 1);
    }
    this.give(of);
  }

  private next(): void {
    this.has = this.beginning.shift() ?? this.waiting.shift() ?? null;
    this.has?.go();
  }
}

export class Turn {
  private granted: Promise<void> | null = null;
  /** @internal */
  go: () => void = () => undefined;

  constructor(private readonly turns: Turns) {}

  /** What begins goes before what goes on, so that each shows early what it is worth. Asked again it says when the first is due. */
  begin(): Promise<void> {
    return (this.granted ??= this.take(true));
  }
  /** Lets the others train once. */
  pass(): Promise<void> {
    this.granted = this.take(false, () => this.turns.give(this));
    return this.granted;
  }
  /** It trains no more. */
  leave(): void {
    this.turns.leave(this);
  }

  private take(first: boolean, then: () => void = () => undefined): Promise<void> {
    return new Promise((go) => {
      this.go = go;
      this.turns.take(this, first);
      then();
    });
  }
}
