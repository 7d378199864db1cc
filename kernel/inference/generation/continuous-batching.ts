/**
 * Generates texts concurrently over one KV cache (continuous batching): requests → engine steps → tokens. Each step
 * adds one token to every active text and processes a part of the new prompts. A text leaves after it has ended.
 *
 * Clients share the slots: the client with the fewest active texts goes first, then the earliest request. A client with
 * more texts than its share gives up the slot of its last text, which is processed again later. Half of a step's prompt
 * tokens belong to the earliest prompt, so that every prompt finishes. The other half goes to the prompts with the
 * fewest missing tokens, so that short ones do not wait for long ones. When the cache is full, the latest text is
 * preempted and processed again when memory is free.
 */
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineSession } from "../../engines/engine.js";
import { toFloats } from "../../engines/feeds.js";
import type { SlotWriterLoad, SlotRequest, SlotTextStream, SlotWriter, WriterOptions } from "./contract.js";
import { TOKENS_PER_KV_PAGE, KvPageTable } from "./kv-pages.js";
import { positionsToScore, stepFeeds, type SequenceStepTokens } from "./step-feeds.js";
import { ActiveSequence, type DeferredDecodingStep } from "./active-sequence.js";

/** Default memory of the KV cache, in bytes. */
const MEMORY = 512 * 2 ** 20;
/** Minimum capacity of the cache in tokens, whatever memory they take (at most the model's positions). */
const LEAST_ROOM = 4096;
/** Maximum prompt tokens per step: while other texts are being generated, and while none is. */
const CHUNK = 64;
const CHUNK_ALONE = 512;
/**
 * How long a step waits for choosers that are not ready: a fraction of the step's duration, and a maximum in ms. Late
 * texts miss steps.
 */
const GRACE = { part: 1 / 4, most: 50 } as const;
/** Maximum number of logits per step for scoring prompt tokens. */
const SCORED = 2 ** 22;

export interface SlotWriterOptions extends WriterOptions {
  /** Bytes of the keys and values of one token (`BuiltContinuousBatchingPrograms`). */
  readonly placeBytes: number;
  readonly adapters: boolean;
}

/**
 * Opens a writer over a session with the programs of `buildContinuousBatchingPrograms` (stdlib/programs/slots.ts). The writer must be
 * their only user. It allocates the KV cache once, at a fixed size.
 */
export async function openSlotWriter(
  session: Pick<EngineSession, "run">,
  options: SlotWriterOptions,
): Promise<SlotWriter> {
  const each = Math.ceil(options.positions / TOKENS_PER_KV_PAGE);
  const affordable = Math.floor((options.memory ?? MEMORY) / (options.placeBytes * TOKENS_PER_KV_PAGE));
  const least = Math.ceil(Math.min(options.positions, LEAST_ROOM) / TOKENS_PER_KV_PAGE);
  const pages = Math.min(options.slots * each, Math.max(affordable, least));
  await hold(session, pages);
  return new Writer(session, pages, options);
}

async function hold(session: Pick<EngineSession, "run">, pages: number): Promise<void> {
  await session.run("slots_hold", { slot_places: zeros(pages * TOKENS_PER_KV_PAGE) }, []);
}

class Writer implements SlotWriter {
  readonly slots: number;
  readonly vocabulary: number;
  readonly room: number;
  readonly scores = true;
  private pages: KvPageTable;
  /** Waiting texts in order of arrival. */
  private readonly waiting: ActiveSequence[] = [];
  private readonly working: ActiveSequence[] = [];
  private running: Promise<void> | null = null;
  /** The error after which the writer generates nothing more. */
  private broken: { readonly error: unknown } | null = null;
  private requestCount = 0;
  /** Ends the wait for new work. */
  private wake: () => void = () => undefined;
  private readonly count = { steps: 0, tokensRead: 0, tokensCached: 0, tokensWritten: 0 };

  constructor(
    private readonly session: Pick<EngineSession, "run">,
    pages: number,
    private readonly options: SlotWriterOptions,
  ) {
    this.slots = options.slots;
    this.vocabulary = options.vocabulary;
    this.pages = new KvPageTable(pages);
    this.room = Math.min(options.positions, pages * TOKENS_PER_KV_PAGE);
  }

  write(request: SlotRequest): SlotTextStream {
    const { prompt, maxTokens } = request;
    if (prompt.length === 0) throw new CodedError("empty-prompt", {});
    if (prompt.length + maxTokens > this.room)
      throw new CodedError("no-room-to-generate", {
        tokens: prompt.length,
        max_tokens: maxTokens,
        positions: this.room,
      });
    prompt.forEach((token) => this.know(token));
    const left = (): void => {
      this.tidy();
      this.wake();
    };
    const text = new ActiveSequence(request, this.requestCount++, left);
    if (this.broken) text.fail(this.broken.error);
    else {
      this.waiting.push(text);
      this.running ??= this.work();
      this.wake();
    }
    return text;
  }
  load(): SlotWriterLoad {
    return { ...this.count, waiting: this.waiting.length, working: this.working.length };
  }
  async close(): Promise<void> {
    this.end(new CodedError("writer-closed", {}));
    await this.running;
  }

  private async work(): Promise<void> {
    // Lets all requests of the same tick start together.
    await Promise.resolve();
    try {
      for (;;) {
        this.tidy();
        this.admit();
        if (this.working.length === 0) break;
        const parts = this.parts();
        if (parts.length > 0 || !this.working.some(({ late }) => late)) await this.step(parts);
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } catch (error) {
      if (isEngineDeathError(error)) this.end(error);
      else this.drop(error);
    }
    this.running = null;
    // Requests that arrived while this loop was ending found `running` set and did not start a new loop.
    if (this.waiting.length > 0 && !this.broken) this.running = this.work();
  }

  /** Removes texts that have ended or whose client has left. */
  private tidy(): void {
    const stays = (text: ActiveSequence): boolean => {
      if (!text.ended && !text.gone) return true;
      this.let(text);
      return false;
    };
    keep(this.waiting, stays);
    keep(this.working, stays);
  }
  private let(text: ActiveSequence): void {
    if (text.kvPages) this.pages.end(text.kvPages);
    text.kvPages = null;
    text.late = null;
  }

  /** Starts waiting texts, taking turns among clients, while slots and pages are free. */
  private admit(): void {
    const passed = new Set<ActiveSequence>();
    for (;;) {
      const text = nextOf(this.waiting, this.working, passed);
      if (!text || !this.slotFor(text)) return;
      const { tokens, root } = text;
      const { known } = text;
      const { found, idle } = this.pages.idleIn(root, tokens, known);
      if (known === tokens.length - 1 && this.isBeingRead(text, found * TOKENS_PER_KV_PAGE)) {
        passed.add(text);
        continue;
      }
      if (
        Math.ceil((tokens.length + 1) / TOKENS_PER_KV_PAGE) - found > this.pages.room - idle &&
        this.working.length > 0
      )
        return;
      text.kvPages = this.pages.begin(root, tokens, known);
      text.done = text.kvPages.full * TOKENS_PER_KV_PAGE;
      if (text.written === 0) {
        text.cached = text.done;
        this.count.tokensCached += text.done;
      }
      text.begin(this.options.reporter);
      this.waiting.splice(this.waiting.indexOf(text), 1);
      const later = this.working.findIndex(({ number }) => number > text.number);
      this.working.splice(later < 0 ? this.working.length : later, 0, text);
    }
  }
  /**
   * Whether a slot is free. If none is, the client with the most texts gives one up, provided it still has at least as
   * many as this text's client afterwards.
   */
  private slotFor({ client }: ActiveSequence): boolean {
    if (this.working.length < this.slots) return true;
    const counts = countsOf(this.working);
    const last = this.working.findLast((one) => counts.get(one.client) === Math.max(...counts.values()));
    if (!last || (counts.get(last.client) ?? 0) < (counts.get(client) ?? 0) + 2) return false;
    this.working.splice(this.working.indexOf(last), 1);
    this.putBack(last);
    return true;
  }
  private putBack(text: ActiveSequence): void {
    this.let(text);
    const later = this.waiting.findIndex(({ number }) => number > text.number);
    this.waiting.splice(later < 0 ? this.waiting.length : later, 0, text);
  }
  /** Whether another text is processing more of the same prefix: waiting for it lets both share the result. */
  private isBeingRead({ tokens, root }: ActiveSequence, found: number): boolean {
    return this.working.some((other) => {
      if (other.root !== root || other.tokens.length - other.done < 2) return false;
      const most = Math.min(tokens.length, other.tokens.length) - 1;
      let same = 0;
      while (same < most && tokens[same] === other.tokens[same]) same++;
      return Math.floor(same / TOKENS_PER_KV_PAGE) * TOKENS_PER_KV_PAGE > Math.max(found, other.done);
    });
  }

  /** Returns what the next step computes. */
  private parts(): readonly SequenceStepTokens[] {
    const reads = this.working.filter((text) => lacks(text) > 1);
    const writes = reads.length < this.working.length;
    const shares = sharesOf(reads, {
      most: writes ? (this.options.chunk ?? CHUNK) : CHUNK_ALONE,
      scored: Math.max(1, Math.floor(SCORED / this.vocabulary)),
    });
    const parts: SequenceStepTokens[] = [];
    for (const text of [...this.working]) {
      const count = lacks(text) === 1 ? 1 : (shares.get(text) ?? 0);
      if (count > 0 && this.makeRoom(text, text.done + count)) parts.push({ text, count });
    }
    return parts;
  }
  /** Returns false if the text itself was preempted. */
  private makeRoom(text: ActiveSequence, tokens: number): boolean {
    while (text.kvPages && !this.pages.grow(text.kvPages, tokens)) {
      this.putBack(mustExist(this.working.pop(), "a text that works"));
    }
    return text.kvPages !== null;
  }

  private async step(parts: readonly SequenceStepTokens[]): Promise<void> {
    const scoredPlaces = parts.flatMap((part) => positionsToScore(part).map((place) => askedAfter(part.text, place)));
    const wants = scoredPlaces.map(({ text, last }) => !last || text.request.chooser.reads === "logits");
    const wanted = [...wants.keys()].filter((i) => wants[i]);
    const outputs = scoredPlaces.length === 0 ? [] : wanted.length === 0 ? ["next"] : ["next", "logits"];
    const feeds = stepFeeds(parts, { wanted, adapters: this.options.adapters });
    const began = performance.now();
    const stepOutputs = await this.session.run("slots_step", feeds, outputs);
    const took = performance.now() - began;
    this.count.steps++;
    this.options.reporter?.step(parts.length);
    for (const { text, count } of parts) {
      if (text.written === 0) this.count.tokensRead += count;
      // The client may have left meanwhile, and its pages are then freed.
      if (!text.kvPages) continue;
      text.done += count;
      this.pages.fill(text.root, text.kvPages, text.tokens, text.done);
    }
    if (scoredPlaces.length === 0) return;
    const late = await lateIn(scoredPlaces, Math.min(took * GRACE.part, GRACE.most));
    const next = integers(mustExist(stepOutputs["next"], "the likeliest tokens"));
    const logits = stepOutputs["logits"] && toFloats(stepOutputs["logits"]);
    let row = 0;
    for (const [i, { text, place, last }] of scoredPlaces.entries()) {
      const rowLogits = wants[i] && logits ? logits.subarray(row, (row += this.vocabulary)) : null;
      const ready = last ? late.get(text) : undefined;
      if (ready) this.setAside(text, ready, { next: next[i]!, logits: rowLogits && rowLogits.slice() });
      else if (last) this.choose(text, next[i]!, rowLogits);
      else if (rowLogits && !text.ended && !text.gone) score(text, place, rowLogits);
    }
  }
  /** Resumes the text once its chooser is ready; other texts do not wait for it. */
  private setAside(text: ActiveSequence, ready: Promise<void>, late: DeferredDecodingStep): void {
    if (!text.kvPages) return;
    text.late = late;
    void ready.then(() => {
      // If the text was preempted meanwhile, its step is computed again.
      if (text.late !== late) return;
      text.late = null;
      this.choose(text, late.next, late.logits);
      this.wake();
    });
  }
  private choose(text: ActiveSequence, next: number, logits: Float32Array | null): void {
    if (text.ended || text.gone) return;
    const { chooser, ends, maxTokens } = text.request;
    try {
      const chosen = chooser.choose(next, logits);
      this.know(chosen.token);
      text.tokens.push(chosen.token);
      this.count.tokensWritten++;
      const ended = chosen.ends || ends.has(chosen.token) ? "end" : text.written >= maxTokens ? "length" : null;
      text.tell({ ...chosen, ended });
    } catch (error) {
      text.fail(error);
    }
  }

  /** Rejects unknown tokens: one would fail the step for all texts. */
  private know(token: number): void {
    if (!(token >= 0 && token < this.vocabulary))
      throw new CodedError("internal", { what: `token ${token} of ${this.vocabulary}` });
  }

  /** Ends all texts with the error and stops the writer for good. */
  private end(error: unknown): void {
    this.broken ??= { error };
    for (const text of [...this.waiting, ...this.working]) text.fail(error);
    this.tidy();
    this.wake();
  }
  /** Ends all active texts with the error and resets the cache, whose content is unknown after a failed step. */
  private drop(error: unknown): void {
    for (const text of this.working) text.fail(error);
    this.tidy();
    this.pages = new KvPageTable(this.pages.count);
  }
}

/** Number of active texts per client. */
function countsOf(working: readonly ActiveSequence[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { client } of working) counts.set(client, (counts.get(client) ?? 0) + 1);
  return counts;
}
/** Returns the earliest waiting text of the client with the fewest active texts. */
function nextOf(
  waiting: readonly ActiveSequence[],
  working: readonly ActiveSequence[],
  passed: ReadonlySet<ActiveSequence>,
): ActiveSequence | null {
  const counts = countsOf(working);
  let next: ActiveSequence | null = null;
  for (const text of waiting)
    if (!passed.has(text) && (!next || (counts.get(text.client) ?? 0) < (counts.get(next.client) ?? 0))) next = text;
  return next;
}

/** `last`: the next token is chosen here; otherwise the logits are only reported. */
function askedAfter(text: ActiveSequence, place: number) {
  return { text, place, last: place === text.tokens.length - 1 };
}
function score(text: ActiveSequence, place: number, logits: Float32Array): void {
  try {
    text.score(place, logits);
  } catch (error) {
    text.fail(error);
  }
}

/**
 * Waits at most `ms` for the choosers. Returns the texts whose choosers are not ready, each with the promise that
 * settles when it is.
 */
async function lateIn(
  scoredPlaces: readonly ReturnType<typeof askedAfter>[],
  ms: number,
): Promise<ReadonlyMap<ActiveSequence, Promise<void>>> {
  const late = new Map<ActiveSequence, Promise<void>>();
  for (const { text, last } of scoredPlaces) {
    const ready = last ? text.request.chooser.ready?.() : null;
    if (ready)
      late.set(
        text,
        ready.then(() => void late.delete(text)),
      );
  }
  if (late.size > 0) await Promise.race([Promise.all(late.values()), delay(ms)]);
  return late;
}

/**
 * Whether the engine process has ended. Any other failure affects only the failed step; a caller that counts failures
 * sees the next one too.
 */
export function isEngineDeathError(error: unknown): boolean {
  return error instanceof CodedError && error.code === "engine-died";
}
/** Number of tokens of a text that are not in the cache. */
function lacks({ tokens, done }: ActiveSequence): number {
  return tokens.length - done;
}
/**
 * Returns how many tokens of each text to process in a step with at most `most` tokens, `scored` of them scored.
 * `texts` are in order of arrival.
 */
function sharesOf(
  texts: readonly ActiveSequence[],
  options: { readonly most: number; readonly scored: number },
): ReadonlyMap<ActiveSequence, number> {
  const shares = new Map<ActiveSequence, number>();
  let { most: left, scored } = options;
  const give = (text: ActiveSequence, atMost: number): void => {
    const scores = text.scored < text.toScore;
    const had = shares.get(text) ?? 0;
    const more = Math.min(lacks(text) - had, atMost, left, scores ? scored : left);
    shares.set(text, had + more);
    left -= more;
    if (scores) scored -= more;
  };
  const [first] = texts;
  if (first) give(first, Math.ceil(options.most / 2));
  for (const text of texts.toSorted((a, b) => lacks(a) - lacks(b))) give(text, left);
  return shares;
}
function keep<T>(list: T[], stays: (one: T) => boolean): void {
  const left = list.filter(stays);
  list.splice(0, list.length, ...left);
}
function integers({ bytes }: NDArray): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
function zeros(n: number): NDArray {
  return { dtype: "i32", shape: [n], bytes: new Uint8Array(4 * n) };
}
