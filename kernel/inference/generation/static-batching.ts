/**
 * The same where texts can't come and go by themselves (an encoder-decoder, virtual tokens, an engine without the ops): all that
 * wait are written as one batch, to the end of the longest, over the programs of stdlib/programs/generate.ts.
 */
import { argmax } from "#stdlib/statistics/argmax.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Decoding, DecodingStart, DecodingStep } from "#stdlib/decoders/kind.js";
import type { Session } from "../../engines/engine.js";
import { generate } from "../generate.js";
import type { SlotLoad, SlotRequest, SlotText, SlotWriter, WriterOptions } from "./contract.js";
import { isEnd } from "./continuous-batching.js";
import { WrittenText } from "./active-sequence.js";

export function openBatchWriter(session: Pick<Session, "run">, o: WriterOptions): SlotWriter {
  return new BatchWriter(session, o);
}

class BatchWriter implements SlotWriter {
  readonly slots: number;
  readonly vocabulary: number;
  readonly room: number;
  readonly scores = false;
  private readonly waiting: WrittenText[] = [];
  private working: readonly WrittenText[] = [];
  private running: Promise<void> | null = null;
  private broken: { readonly error: unknown } | null = null;
  private asked = 0;
  private readonly count = { steps: 0, tokensRead: 0, tokensCached: 0, tokensWritten: 0 };

  constructor(
    private readonly session: Pick<Session, "run">,
    private readonly o: WriterOptions,
  ) {
    this.slots = o.slots;
    this.vocabulary = o.vocabulary;
    this.room = o.positions;
  }

  write(request: SlotRequest): SlotText {
    if (request.prompt.length === 0) throw new CodedError("empty-prompt", {});
    if (this.taken(request) + request.maxTokens > this.room)
      throw new CodedError("no-room-to-generate", {
        tokens: this.taken(request),
        max_tokens: request.maxTokens,
        positions: this.room,
      });
    const text = new WrittenText(request, this.asked++, () => undefined);
    if (this.broken) text.fail(this.broken.error);
    else {
      this.waiting.push(text);
      this.running ??= this.work();
    }
    return text;
  }
  load(): SlotLoad {
    return { ...this.count, waiting: this.waiting.length, working: this.working.filter(goesOn).length };
  }
  async close(): Promise<void> {
    this.end(new CodedError("writer-closed", {}));
    await this.running;
  }

  /** Positions that the prompt takes from what is written: an encoder has its own. */
  private taken({ prompt }: SlotRequest): number {
    return this.o.start === undefined ? prompt.length : 1;
  }

  private async work(): Promise<void> {
    await Promise.resolve();
    for (;;) {
      const batch = this.batch();
      if (batch.length === 0) break;
      this.working = batch;
      try {
        await this.writeAll(batch);
      } catch (error) {
        for (const text of batch) text.fail(error);
        if (isEnd(error)) this.end(error);
      }
      this.working = [];
    }
    this.running = null;
  }

  /** Those who wait, in their order, as many as fit together. */
  private batch(): readonly WrittenText[] {
    const batch: WrittenText[] = [];
    let [longest, most] = [0, 0];
    for (const text of this.waiting.splice(0)) {
      if (!goesOn(text)) continue;
      const [length, tokens] = [Math.max(longest, this.taken(text.request)), Math.max(most, text.request.maxTokens)];
      if (batch.length < this.slots && length + tokens <= this.room) {
        text.begin(this.o.told);
        batch.push(text);
        [longest, most] = [length, tokens];
      } else this.waiting.push(text);
    }
    return batch;
  }

  private async writeAll(batch: readonly WrittenText[]): Promise<void> {
    const { vocabulary, padId, positions, start } = this.o;
    const call = { kind: "decoder", word: "chosen", arguments: {} };
    const implementation = { begin: (_: unknown, begun: DecodingStart) => new Chosen(batch, begun, this.counts()) };
    const prompts = batch.map(({ request }) => request.prompt);
    const maxTokens = Math.max(...batch.map(({ request }) => request.maxTokens));
    const o = { decoder: { call, implementation }, vocabulary, ends: new Set<number>(), padId, maxTokens, positions };
    this.count.tokensRead += prompts.reduce((sum, { length }) => sum + length, 0);
    const grown = generate(this.session, prompts, { ...o, ...(start !== undefined && { start }) });
    // Tokens are told as they are chosen.
    do {
      const ready = batch.filter(goesOn).map(({ request }) => request.chooser.ready?.() ?? null);
      await Promise.all(ready);
    } while (!(await grown.next()).done && !this.broken);
  }

  private counts(): Counts {
    const { count, o } = this;
    return {
      step(texts) {
        count.steps++;
        o.told?.step(texts);
      },
      wrote: () => void count.tokensWritten++,
    };
  }

  private end(error: unknown): void {
    this.broken ??= { error };
    for (const text of [...this.waiting.splice(0), ...this.working]) text.fail(error);
  }
}

function goesOn(text: WrittenText): boolean {
  return !text.ended && !text.gone;
}

interface Counts {
  step(texts: number): void;
  wrote(): void;
}
/** Each row's own chooser chooses; rows that ended go along until the last has. */
class Chosen implements Decoding {
  readonly width = 1;
  constructor(
    private readonly batch: readonly WrittenText[],
    private readonly start: DecodingStart,
    private readonly count: Counts,
  ) {}
  get reads(): "next" | "logits" {
    return this.batch.some((text) => goesOn(text) && text.request.chooser.reads === "logits") ? "logits" : "next";
  }
  get done(): boolean {
    return !this.batch.some(goesOn);
  }
  get texts(): Decoding["texts"] {
    return this.batch.map((text) => ({
      tokens: text.tokens.slice(text.request.prompt.length),
      ended: goesOn(text) ? null : "stop",
    }));
  }
  step(said: Int32Array | Float32Array): DecodingStep {
    this.count.step(this.batch.filter(goesOn).length);
    const { vocabulary, padId } = this.start;
    const tokens = Int32Array.from(this.batch, (text, row) => {
      if (!goesOn(text)) return padId;
      const { chooser, ends, maxTokens } = text.request;
      const own = said instanceof Float32Array ? said.subarray(row * vocabulary, (row + 1) * vocabulary) : null;
      const next = own ? argmax(own) : said[row]!;
      try {
        const chosen = chooser.choose(next, chooser.reads === "logits" ? own : null);
        text.tokens.push(chosen.token);
        this.count.wrote();
        const ended = chosen.ends || ends.has(chosen.token) ? "end" : text.written >= maxTokens ? "length" : null;
        text.tell({ ...chosen, ended });
        return chosen.token;
      } catch (error) {
        text.fail(error);
        return padId;
      }
    });
    return { tokens, rows: null };
  }
  stop(): void {
    // Texts end by their own choosers.
  }
}
