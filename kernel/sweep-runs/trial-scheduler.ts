/** Who trains: trials of one sweep take turns on one engine, a chunk of updates each. */

export class TurnScheduler {
  private readonly beginning: TrainingTurn[] = [];
  private readonly waiting: TrainingTurn[] = [];
  private has: TrainingTurn | null = null;

  /** Of one trial. */
  turn(): TrainingTurn {
    return new TrainingTurn(this);
  }

  /** @internal `first`: before those that have trained already. */
  take(turn: TrainingTurn, first: boolean): void {
    (first ? this.beginning : this.waiting).push(turn);
    if (this.has === null) this.next();
  }

  /** @internal */
  give(turn: TrainingTurn): void {
    if (this.has === turn) this.next();
  }

  /** @internal It waits no longer, and has no turn. */
  leave(turn: TrainingTurn): void {
    for (const queue of [this.beginning, this.waiting]) {
      const index = queue.indexOf(turn);
      if (index >= 0) queue.splice(index, 1);
    }
    this.give(turn);
  }

  private next(): void {
    this.has = this.beginning.shift() ?? this.waiting.shift() ?? null;
    this.has?.go();
  }
}

export class TrainingTurn {
  private granted: Promise<void> | null = null;
  /** @internal */
  go: () => void = () => undefined;

  constructor(private readonly turns: TurnScheduler) {}

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
