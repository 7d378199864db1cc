/**
 * Grammars of one model's texts: each has a thread of its own, which is begun when it is first asked for and kept a while for the
 * next text that asks for the same. What its compiler refuses is remembered too; what was late, or ended, is tried again.
 */
import { Worker } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { inLevel, type TokenBytes } from "../token-bytes.js";
import { cellsFor, FAILED, MASK, STATE, type Begun, type FirstWord, type Told } from "./protocol.js";
import type { Grammar } from "./rules.js";
import { TextLengths } from "./text-lengths.js";
import { threads as everybodys } from "./threads.js";
import { possible, tailOf } from "./utf8.js";
import "../codes.js";

/** Grammars that are kept while no text uses them, and ms in which one must be ready. */
const KEPT = 8;
const LIMIT: { readonly ms: number } = { ms: 5_000 };
/** Longest wait, in ms, for what may come next; it takes hundredths of a millisecond. */
const PATIENCE = 3_000;
/** Between two looks; before the first, and where nobody looked, all else stops for so long. */
const BETWEEN = 1;
const AT_ONCE = 100;

interface Ready {
  readonly worker: Worker;
  /** Lets it go, where no text uses it. */
  readonly end: () => void;
  texts: number;
  /** No longer kept: it ends with its last text. */
  dropped: boolean;
}
type Outcome = { readonly ready: Ready } | Extract<FirstWord, { readonly why: string }>;

export class Grammars {
  private vocabulary: readonly string[] | null = null;
  private numbers = 0;
  private readonly made = new LRUCache<string, Promise<Outcome>>({
    max: KEPT,
    dispose: (outcome) => void outcome.then((o) => "ready" in o && this.drop(o.ready)),
  });
  private readonly unusable = new LRUCache<string, string>({ max: 256 });

  constructor(
    private readonly bytes: TokenBytes,
    private readonly threads = everybodys,
    private readonly limit = LIMIT,
  ) {}

  /** For one text; waits until there is a thread for it. Coded errors `schema-unusable`, `schema-not-ready`; the signal's reason. */
  async begin(grammar: Grammar, signal?: AbortSignal): Promise<Matcher> {
    signal?.throwIfAborted();
    const { rules, lengths: bounds } = grammar;
    const known = this.unusable.get(rules);
    if (known !== undefined) throw new CodedError("schema-unusable", { why: known });
    let made = this.made.get(rules);
    if (!made) {
      if (this.threads.full) {
        await this.threads.room(signal);
        return this.begin(grammar, signal);
      }
      made = this.start(rules);
      this.made.set(rules, made);
    }
    const outcome = await made;
    if ("why" in outcome) {
      const { why, refused } = outcome;
      if (refused) this.unusable.set(rules, why);
      if (this.made.peek(rules) === made) this.made.delete(rules);
      throw new CodedError(refused ? "schema-unusable" : "schema-not-ready", { why });
    }
    const { ready } = outcome;
    // It made room for others while this waited.
    if (ready.dropped && ready.texts === 0) return this.begin(grammar, signal);
    ready.texts++;
    this.threads.works(ready.end);
    const lengths = bounds && new TextLengths(bounds.least, bounds.places());
    return new Matcher(ready.worker, this.numbers++, this.bytes, lengths, (failed) => {
      ready.texts--;
      const goes = failed && this.made.peek(rules) === made;
      if (goes) this.made.delete(rules);
      if (ready.texts > 0) return;
      if (ready.dropped) this.end(ready);
      else if (!goes) this.threads.rests(ready.end);
    });
  }
  close(): void {
    this.made.clear();
  }

  private drop(ready: Ready): void {
    ready.dropped = true;
    if (ready.texts === 0) this.end(ready);
  }
  private end({ worker, end }: Ready): void {
    this.threads.works(end);
    void worker.terminate();
    this.threads.left();
  }
  private async start(rules: string): Promise<Outcome> {
    this.threads.enter();
    this.vocabulary ??= [
      ...Array.from({ length: this.bytes.count }, (_, id) => written(this.bytes.of(id))),
      // Ends a text; no tokenizer makes it.
      "<end of a grammar's text>",
    ];
    const workerData: Begun = { vocabulary: this.vocabulary, rules };
    const worker = new Worker(new URL("./grammar.worker.js", import.meta.url), { workerData, env: {} });
    const word = await firstWord(worker, this.limit.ms);
    worker.unref();
    if ("why" in word) {
      void worker.terminate();
      this.threads.left();
      return word;
    }
    return { ready: { worker, end: () => void this.made.delete(rules), texts: 0, dropped: false } };
  }
}

function written(token: Uint8Array): string {
  return possible(token) ? inLevel(token) : "";
}

function firstWord(worker: Worker, limit: number): Promise<FirstWord> {
  return new Promise((resolve) => {
    const late = setTimeout(
      () => resolve({ why: `it takes more than ${String(limit / 1000)} s`, refused: false }),
      limit,
    );
    const settle = (word: FirstWord): void => {
      clearTimeout(late);
      resolve(word);
    };
    worker.once("message", settle);
    worker.on("error", (error) => settle({ why: error.message, refused: false }));
    worker.once("exit", () => settle({ why: "what reads it ended", refused: false }));
  });
}

/** What may come next in one text. */
export class Matcher {
  private readonly cells: Int32Array;
  private readonly count: number;
  /** Bytes of a character that the next tokens complete. */
  private begun: readonly number[] = [];
  private accepted = 0;
  private over = false;
  private failed = false;

  constructor(
    private readonly worker: Worker,
    private readonly text: number,
    private readonly bytes: TokenBytes,
    private readonly lengths: TextLengths | null,
    private readonly release: (failed: boolean) => void,
  ) {
    this.count = bytes.count;
    const cells = new SharedArrayBuffer(4 * cellsFor(this.count + 1));
    this.cells = new Int32Array(cells);
    this.tell({ is: "begin", text, cells });
  }

  /** Takes out the tokens that may not come (−∞); `ends` may where the text may end. Waits until it is known. */
  allow(scores: Float32Array, ends: ReadonlySet<number>): "on" | "ends" {
    this.wait();
    const { cells, count, mayEnd } = this;
    const last = Array.from(ends, (end) => scores[end] ?? 0);
    let some = false;
    for (let from = 0; from < scores.length; from += 32) {
      const word = from < count ? cells[MASK + (from >> 5)]! : 0;
      if (word === 0) scores.fill(-Infinity, from, from + 32);
      else if (word === -1 && from + 32 <= count && this.begun.length === 0 && !this.lengths) some = true;
      else
        for (let token = from; token < from + 32 && token < scores.length; token++)
          if (token < count && ((word >>> (token & 31)) & 1) === 1 && !ends.has(token) && this.fits(token)) some = true;
          else scores[token] = -Infinity;
    }
    let at = 0;
    for (const end of ends) scores[end] = mayEnd ? last[at++]! : -Infinity;
    if (some) return "on";
    if (this.mayEnd) return "ends";
    throw new CodedError("schema-unusable", { why: "no token of the model's vocabulary can go on" });
  }
  accept(token: number): void {
    this.accepted++;
    this.lengths?.push(this.bytes.of(token));
    this.begun = tailOf([...this.begun, ...this.bytes.of(token)]) ?? [];
    this.tell({ is: "accept", text: this.text, token });
  }
  dispose(): void {
    if (this.over) return;
    this.over = true;
    this.tell({ is: "end", text: this.text });
    this.release(this.failed);
  }

  /** What no grammar knows: that bytes become characters, and how long texts are. */
  private fits(token: number): boolean {
    const own = this.bytes.of(token);
    if (this.begun.length > 0 && tailOf([...this.begun, ...own]) === null) return false;
    return this.lengths === null || this.lengths.allows(own);
  }
  private get mayEnd(): boolean {
    return ((this.cells[MASK + (this.count >> 5)]! >>> (this.count & 31)) & 1) === 1;
  }
  /** Settles when it is known what may come next, or was waited for long enough; null: it is known. */
  ready(): Promise<void> | null {
    return this.known(BETWEEN) ? null : this.untilKnown();
  }
  private async untilKnown(): Promise<void> {
    const until = performance.now() + PATIENCE;
    while (!this.known(0) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  private wait(): void {
    const late = !this.known(AT_ONCE);
    this.failed = late || Atomics.load(this.cells, STATE) === FAILED;
    if (late) throw new CodedError("schema-not-ready", { why: "what may come next takes too long" });
    if (this.failed) throw new CodedError("schema-unusable", { why: "what reads it ended" });
  }
  /** Whether it is known what may come next, or that nothing is any more; waits so many ms and stops all else meanwhile. */
  private known(patience: number): boolean {
    const wanted = this.accepted + 1;
    const until = performance.now() + patience;
    for (;;) {
      const state = Atomics.load(this.cells, STATE);
      if (this.over || state === wanted || state === FAILED) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.cells, STATE, state, left);
    }
  }
  private tell(told: Told): void {
    this.worker.postMessage(told);
  }
}
