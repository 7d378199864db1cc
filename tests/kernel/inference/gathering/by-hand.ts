/** A clock that advances only on request, and an engine whose runs end only on request. */
import type { BatcherClock } from "#kernel/inference/gathering/gatherer.js";

export class ClockByHand implements BatcherClock {
  private time = 0;
  private readonly calls = new Set<{ readonly at: number; readonly call: () => void }>();
  now(): number {
    return this.time;
  }
  after(ms: number, call: () => void): () => void {
    const one = { at: this.time + ms, call };
    this.calls.add(one);
    return () => this.calls.delete(one);
  }
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const [next] = [...this.calls].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.calls.delete(next);
      this.time = next.at;
      next.call();
      await settled();
    }
    this.time = end;
    await settled();
  }
}

export interface Word {
  readonly text: string;
  readonly length: number;
}
export const word = (text: string, length = text.length): Word => ({ text, length });

/** Ends the open runs in the order in which they began. */
export class EngineByHand {
  readonly runs: (readonly string[])[] = [];
  private readonly open: { readonly rows: readonly Word[]; end(error?: Error): void }[] = [];
  readonly run = (rows: readonly Word[]): Promise<readonly string[]> => {
    this.runs.push(rows.map(({ text }) => text));
    return new Promise((resolve, reject) => {
      this.open.push({
        rows,
        end: (error) => (error ? reject(error) : resolve(rows.map(({ text }) => `said of ${text}`))),
      });
    });
  };
  get busy(): number {
    return this.open.length;
  }
  async end(error?: Error): Promise<void> {
    this.open.shift()?.end(error);
    await settled();
  }
}

export async function settled(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
