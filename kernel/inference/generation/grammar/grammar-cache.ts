/**
 * Compiled grammars of one model. Each has a separate thread that stays alive for a while for the next text with the
 * same grammar. Grammars that the compiler refuses are remembered; those that took too long are tried again.
 */
import { Worker } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { toByteLevelText, type TokenBytes } from "../token-bytes.js";
import { GrammarMatcher } from "./matcher.js";
import type { Grammar } from "./rules.js";
import { StringLengthTracker } from "./string-lengths.js";
import { grammarThreads as everybodys } from "./thread-pool.js";
import type { ScheduledRun } from "./fair-scheduler.js";
import { canTokenOccurInUtf8 } from "./utf8.js";
import type { GrammarWorkerInput, GrammarReadiness, GrammarStartupReport } from "./protocol.js";

// Compiles a grammar in a separate thread within a time limit, for the duration of its scheduler turn.

/** The thread of a compiled grammar, or why it failed. `refused`: it can never be compiled. */
export type GrammarCompileResult = { readonly worker: Worker } | { readonly why: string; readonly refused: boolean };

/** `limit` is the time limit in ms, applied to starting the thread and again to compiling. */
export async function compileGrammar(
  workerData: GrammarWorkerInput,
  turn: ScheduledRun,
  limit: number,
): Promise<GrammarCompileResult> {
  const worker = new Worker(new URL("./grammar.worker.js", import.meta.url), { workerData, env: {} });
  const word = await lastWord(worker, turn, limit);
  worker.unref();
  if (!("why" in word)) return { worker };
  void worker.terminate();
  return word;
}

function lastWord(worker: Worker, turn: ScheduledRun, limit: number): Promise<GrammarReadiness> {
  return new Promise((resolve) => {
    const failed = (why: string) => (): void => settle({ why, refused: false });
    const late = failed(`it takes more than ${String(limit / 1000)} s`);
    let timer = setTimeout(late, limit);
    const settle = (word: GrammarReadiness): void => {
      clearTimeout(timer);
      resolve(word);
    };
    worker.on("message", (stage: GrammarStartupReport) => {
      if (!("compiles" in stage)) return settle(stage);
      clearTimeout(timer);
      timer = setTimeout(late, limit);
      turn.begins();
    });
    worker.on("error", (error) => failed(error.message)());
    worker.once("exit", failed("its thread ended"));
    turn.signal.addEventListener("abort", failed("its turn is over"), { once: true });
  });
}

/** Maximum number of cached grammars without texts. */
const KEPT = 8;
/** Maximum number of waiting grammars per client and in all. */
const WAITING = { ofClient: 64, all: 1024 } as const;
/** Time limit for compiling one grammar, in ms from its start. */
const LIMIT: { readonly ms: number } = { ms: 5_000 };

interface Ready {
  readonly worker: Worker;
  /** Client that had the grammar compiled. */
  readonly client: string;
  /** Ends the thread if no text uses it. */
  readonly end: () => void;
  texts: number;
  /** Removed from the cache: the thread ends with its last text. */
  dropped: boolean;
}
/** Null if the turn was cancelled: the requester left, or another client's turn compiled the same grammar. */
type Outcome = { readonly ready: Ready } | Extract<GrammarCompileResult, { readonly why: string }> | null;

export interface GrammarRequester {
  readonly signal?: AbortSignal | undefined;
  /** Clients take turns. */
  readonly client?: string | undefined;
}

export class GrammarCache {
  private vocabulary: readonly string[] | null = null;
  private numbers = 0;
  private readonly made = new LRUCache<string, Ready>({ max: KEPT, dispose: (ready) => this.drop(ready) });
  private readonly unusable = new LRUCache<string, string>({ max: 256 });
  /** By client and grammar: texts of one client share one wait for the same grammar. */
  private readonly claims = new Map<string, Promise<Outcome>>();
  /** By grammar: cancels each client's wait for it. */
  private readonly waits = new Map<string, Set<AbortController>>();

  constructor(
    private readonly bytes: TokenBytes,
    private readonly threads = everybodys,
    private readonly limit = LIMIT,
  ) {}

  /**
   * Returns a matcher for one text; waits until its grammar is compiled. Throws the coded errors `schema-unusable`,
   * `schema-not-ready` and `schema-queue-full`, and the signal's reason.
   */
  async begin(grammar: Grammar, { signal, client = "" }: GrammarRequester = {}): Promise<GrammarMatcher> {
    const { rules } = grammar;
    for (;;) {
      signal?.throwIfAborted();
      const known = this.unusable.get(rules);
      if (known !== undefined) throw new CodedError("schema-unusable", { why: known });
      const kept = this.made.get(rules);
      const outcome = kept ? { ready: kept } : await this.claimed(rules, client, signal);
      if (outcome && "why" in outcome)
        throw new CodedError(outcome.refused ? "schema-unusable" : "schema-not-ready", { why: outcome.why });
      // The thread may have been ended to make room while this waited.
      if (outcome && !(outcome.ready.dropped && outcome.ready.texts === 0)) return this.matcher(outcome.ready, grammar);
    }
  }
  close(): void {
    this.made.clear();
  }

  private matcher(ready: Ready, { rules, lengths: bounds }: Grammar): GrammarMatcher {
    ready.texts++;
    this.threads.works(ready.end);
    const lengths = bounds && new StringLengthTracker(bounds.least, bounds.places());
    return new GrammarMatcher(ready.worker, this.numbers++, this.bytes, lengths, (failed) => {
      ready.texts--;
      const goes = failed && this.made.peek(rules) === ready;
      if (goes) this.made.delete(rules);
      else if (ready.texts === 0 && ready.dropped) this.end(ready);
      else if (ready.texts === 0) this.threads.rests(ready.client, ready.end);
    });
  }
  private drop(ready: Ready): void {
    ready.dropped = true;
    if (ready.texts === 0) this.end(ready);
  }
  private end({ worker, end, client }: Ready): void {
    this.threads.works(end);
    void worker.terminate();
    this.threads.left(client);
  }

  private claimed(rules: string, client: string, signal: AbortSignal | undefined): Promise<Outcome> {
    const id = `${client}\n${rules}`;
    let claim = this.claims.get(id);
    if (!claim) {
      claim = this.claim(rules, client, signal).finally(() => this.claims.delete(id));
      this.claims.set(id, claim);
    }
    return claim;
  }
  private async claim(rules: string, client: string, signal: AbortSignal | undefined): Promise<Outcome> {
    const { turns } = this.threads;
    for (const [waiting, most] of [
      [turns.waiting(client), WAITING.ofClient],
      [turns.waiting(), WAITING.all],
    ] as const)
      if (waiting >= most) throw new CodedError("schema-queue-full", { waiting, most });
    const over = new AbortController();
    const waits = this.waits.get(rules) ?? new Set();
    this.waits.set(rules, waits.add(over));
    try {
      const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
      const outcome = await turns.take(client, (turn) => this.compile(rules, client, turn), either);
      if ("ready" in outcome || outcome.refused) for (const other of waits) other.abort();
      return outcome;
    } catch (error) {
      if (over.signal.aborted || signal?.aborted === true) return null;
      throw error;
    } finally {
      waits.delete(over);
      if (waits.size === 0) this.waits.delete(rules);
    }
  }

  private async compile(rules: string, client: string, turn: ScheduledRun): Promise<NonNullable<Outcome>> {
    const readyGrammar = this.made.get(rules);
    if (readyGrammar) return { ready: readyGrammar };
    this.vocabulary ??= [
      ...Array.from({ length: this.bytes.count }, (_, id) => written(this.bytes.bytesOf(id))),
      // Marks the end of a text; no tokenizer produces it.
      "<end of a grammar's text>",
    ];
    this.threads.enter(client);
    const outcome = await compileGrammar({ vocabulary: this.vocabulary, rules }, turn, this.limit.ms);
    if (!("worker" in outcome)) {
      this.threads.left(client);
      if (outcome.refused) this.unusable.set(rules, outcome.why);
      return outcome;
    }
    const ready = { worker: outcome.worker, client, end: () => void this.made.delete(rules), texts: 0, dropped: false };
    this.made.set(rules, ready);
    return { ready };
  }
}

function written(token: Uint8Array): string {
  return canTokenOccurInUtf8(token) ? toByteLevelText(token) : "";
}
