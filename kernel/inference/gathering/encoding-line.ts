/**
 * Queue for tokenizing texts of many requests in one process: each request in turn gets a share of the next call, so
 * that a large request only delays itself. If a call fails, its texts are retried one by one, so that only the faulty
 * request fails.
 */
export interface EncodingRequest {
  readonly texts: readonly string[];
  readonly rows: Int32Array[];
  /** Texts that are not tokenized yet. */
  left: number;
  over: boolean;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined;
  settle(error?: unknown): void;
}
interface Turn {
  readonly request: EncodingRequest;
  readonly indices: readonly number[];
  next: number;
}
interface Item {
  readonly request: EncodingRequest;
  readonly index: number;
}
export interface EncodingQueueLimits {
  /** Maximum texts per call, and characters after which no further turn starts. */
  readonly texts: number;
  readonly characters: number;
  /** Characters after which a turn ends. */
  readonly share: number;
}

export class EncodingQueue {
  private turns: Turn[] = [];
  private busy = false;

  constructor(
    /** `signal`: set if there is only one text. */
    private readonly encode: (
      texts: readonly string[],
      signal: AbortSignal | undefined,
    ) => Promise<readonly Int32Array[]>,
    private readonly limits: EncodingQueueLimits,
  ) {}

  add(of: EncodingRequest, indices: readonly number[]): void {
    if (indices.length === 0) return;
    this.turns.push({ request: of, indices, next: 0 });
    if (!this.busy) void this.work();
  }
  /** Removes requests that nothing waits for. */
  drop(request: EncodingRequest): void {
    this.turns = this.turns.filter(({ request: owner }) => owner !== request);
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.turns.length > 0) await this.together(this.take());
    this.busy = false;
  }
  private take(): readonly Item[] {
    const { texts, characters, share } = this.limits;
    const items: Item[] = [];
    let all = 0;
    while (items.length < texts && all < characters) {
      const turn = this.turns.shift();
      if (!turn) break;
      let taken = 0;
      while (turn.next < turn.indices.length && taken < share && items.length < texts) {
        const index = turn.indices[turn.next++]!;
        items.push({ request: turn.request, index });
        // Counts one more character, since short texts have a cost too.
        taken += turn.request.texts[index]!.length + 1;
      }
      all += taken;
      if (turn.next < turn.indices.length) this.turns.push(turn);
    }
    return items;
  }
  private async together(items: readonly Item[]): Promise<void> {
    try {
      const rows = await this.encode(items.map(textOf), items.length === 1 ? items[0]!.request.signal : undefined);
      items.forEach((item, i) => done(item, rows[i]!));
    } catch (error) {
      if (items.length === 1) return this.fail(items[0]!, error);
      for (const item of items) if (!item.request.over) await this.together([item]);
    }
  }
  private fail({ request: of }: Item, error: unknown): void {
    this.drop(of);
    of.settle(error);
  }
}

function textOf({ request, index }: Item): string {
  return request.texts[index]!;
}
function done({ request, index }: Item, row: Int32Array): void {
  request.rows[index] = row;
  request.left -= 1;
  if (request.left === 0) request.settle();
}
