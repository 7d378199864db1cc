/**
 * Static batching for models that cannot use continuous batching (encoder-decoders, virtual tokens, engines without the
 * ops). All waiting texts are generated as one batch until the longest ends, with the programs of
 * stdlib/programs/generate.ts.
 */
import { argmax } from "#stdlib/statistics/argmax.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Decoding, DecodingInputs, DecodingStep } from "#stdlib/decoders/kind.js";
import type { EngineSession } from "../../engines/engine.js";
import { generateTexts } from "../generate.js";
import type { SlotWriterLoad, SlotRequest, SlotTextStream, SlotWriter, WriterOptions } from "./contract.js";
import { isEngineDeathError } from "./continuous-batching.js";
import { ActiveSequence } from "./active-sequence.js";

export function openBatchWriter(session: Pick<EngineSession, "run">, options: WriterOptions): SlotWriter {
  return new BatchWriter(session, options);
}

class BatchWriter implements SlotWriter {
  readonly slots: number;
  readonly vocabulary: number;
  readonly room: number;
  readonly scores = false;
  private readonly waiting: ActiveSequence[] = [];
  private working: readonly ActiveSequence[] = [];
  private running: Promise<void> | null = null;
  private broken: { readonly error: unknown } | null = null;
  private requestCount = 0;
  private readonly count = { steps: 0, tokensRead: 0, tokensCached: 0, tokensWritten: 0 };

  constructor(
    private readonly session: Pick<EngineSession, "run">,
    private readonly options: WriterOptions,
  ) {
    this.slots = options.slots;
    this.vocabulary = options.vocabulary;
    this.room = options.positions;
  }

  write(request: SlotRequest): SlotTextStream {
    if (request.prompt.length === 0) throw new CodedError("empty-prompt", {});
    if (this.taken(request) + request.maxTokens > this.room)
      throw new CodedError("no-room-to-generate", {
        tokens: this.taken(request),
        max_tokens: request.maxTokens,
        positions: this.room,
      });
    const text = new ActiveSequence(request, this.requestCount++, () => undefined);
    if (this.broken) text.fail(this.broken.error);
    else {
      this.waiting.push(text);
      this.running ??= this.work();
    }
    return text;
  }
  load(): SlotWriterLoad {
    return { ...this.count, waiting: this.waiting.length, working: this.working.filter(goesOn).length };
  }
  async close(): Promise<void> {
    this.end(new CodedError("writer-closed", {}));
    await this.running;
  }

  /** Positions that the prompt takes from the generated text; an encoder's prompt takes none. */
  private taken({ prompt }: SlotRequest): number {
    return this.options.start === undefined ? prompt.length : 1;
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
        if (isEngineDeathError(error)) this.end(error);
      }
      this.working = [];
    }
    this.running = null;
  }

  /** Returns the waiting texts in order of arrival, as many as fit together. */
  private batch(): readonly ActiveSequence[] {
    const batch: ActiveSequence[] = [];
    let [longest, most] = [0, 0];
    for (const text of this.waiting.splice(0)) {
      if (!goesOn(text)) continue;
      const [length, tokens] = [Math.max(longest, this.taken(text.request)), Math.max(most, text.request.maxTokens)];
      if (batch.length < this.slots && length + tokens <= this.room) {
        text.begin(this.options.reporter);
        batch.push(text);
        [longest, most] = [length, tokens];
      } else this.waiting.push(text);
    }
    return batch;
  }

  private async writeAll(batch: readonly ActiveSequence[]): Promise<void> {
    const { vocabulary, padId, positions, start } = this.options;
    const call = { kind: "decoder", word: "chosen", arguments: {} };
    const implementation = { begin: (_: unknown, begun: DecodingInputs) => new Chosen(batch, begun, this.counts()) };
    const prompts = batch.map(({ request }) => request.prompt);
    const maxTokens = Math.max(...batch.map(({ request }) => request.maxTokens));
    const settings = {
      decoder: { call, implementation },
      vocabulary,
      ends: new Set<number>(),
      padId,
      maxTokens,
      positions,
    };
    this.count.tokensRead += prompts.reduce((sum, { length }) => sum + length, 0);
    const grown = generateTexts(this.session, prompts, { ...settings, ...(start !== undefined && { start }) });
    // Tokens are reported as they are chosen.
    do {
      const ready = batch.filter(goesOn).map(({ request }) => request.chooser.ready?.() ?? null);
      await Promise.all(ready);
    } while (!(await grown.next()).done && !this.broken);
  }

  private counts(): Counts {
    const { count, options: settings } = this;
    return {
      step(texts) {
        count.steps++;
        settings.reporter?.step(texts);
      },
      wrote: () => void count.tokensWritten++,
    };
  }

  private end(error: unknown): void {
    this.broken ??= { error };
    for (const text of [...this.waiting.splice(0), ...this.working]) text.fail(error);
  }
}

function goesOn(text: ActiveSequence): boolean {
  return !text.ended && !text.gone;
}

interface Counts {
  step(texts: number): void;
  wrote(): void;
}
/** Each row has its own chooser; ended rows stay in the batch until the last one ends. */
class Chosen implements Decoding {
  readonly width = 1;
  constructor(
    private readonly batch: readonly ActiveSequence[],
    private readonly start: DecodingInputs,
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
  step(outputs: Int32Array | Float32Array): DecodingStep {
    this.count.step(this.batch.filter(goesOn).length);
    const { vocabulary, padId } = this.start;
    const tokens = Int32Array.from(this.batch, (text, row) => {
      if (!goesOn(text)) return padId;
      const { chooser, ends, maxTokens } = text.request;
      const rowLogits =
        outputs instanceof Float32Array ? outputs.subarray(row * vocabulary, (row + 1) * vocabulary) : null;
      const next = rowLogits ? argmax(rowLogits) : outputs[row]!;
      try {
        const chosen = chooser.choose(next, chooser.reads === "logits" ? rowLogits : null);
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
    // Texts are ended by their choosers.
  }
}
