/** Turns of the trials of one sweep on one engine, a chunk of updates each. */

export class TurnScheduler {
  private readonly beginning: TrainingTurn[] = [];
  private readonly waiting: TrainingTurn[] = [];
  private has: TrainingTurn | null = null;

  /** Creates the turn of one trial. */
  turn(): TrainingTurn {
    return new TrainingTurn(this);
  }

  /**
   * @internal Queues a turn.
   * @param first before the trials that have trained already
   */
  take(turn: TrainingTurn, first: boolean): void {
    (first ? this.beginning : this.waiting).push(turn);
    if (this.has === null) this.next();
  }

  /** @internal Ends a turn, and starts the next one. */
  give(turn: TrainingTurn): void {
    if (this.has === turn) this.next();
  }

  /** @internal Removes a trial from the queues and ends its turn. */
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

  /**
   * Waits for the first turn. New trials go before started ones, so that each shows early how good it is. A repeated
   * call returns the same promise.
   */
  begin(): Promise<void> {
    return (this.granted ??= this.take(true));
  }
  /** Lets each of the others train once. */
  pass(): Promise<void> {
    this.granted = this.take(false, () => this.turns.give(this));
    return this.granted;
  }
  /** Ends the trial's participation. */
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
