/**
 * Texts of many requests that one process reads, a part of them at a time: each request in its turn takes a share of the next call,
 * so that who sends much waits for it alone. What breaks a call is asked again text by text, so that only its own request fails.
 */
export interface EncodingRequest {
  readonly texts: readonly string[];
  readonly rows: Int32Array[];
  /** Texts without tokens. */
  left: number;
  over: boolean;
  /** Whoever asked went away. */
  readonly signal?: AbortSignal | undefined;
  settle(error?: unknown): void;
}
interface Turn {
  readonly request: EncodingRequest;
  /** Places of its texts. */
  readonly indices: readonly number[];
  next: number;
}
interface Item {
  readonly request: EncodingRequest;
  readonly index: number;
}
export interface EncodingQueueLimits {
  /** Most texts of a call, and characters after which no further turn is taken. */
  readonly texts: number;
  readonly characters: number;
  /** Characters after which a turn is over. */
  readonly share: number;
}

export class EncodingQueue {
  private turns: Turn[] = [];
  private busy = false;

  constructor(
    /** `signal`: of the only one who asks. */
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
  /** What nobody waits for any more isn't asked. */
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
        // Short texts cost too.
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
