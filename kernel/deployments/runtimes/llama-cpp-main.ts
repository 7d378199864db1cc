/**
 * The process of the runtime `llama.cpp`: a GGUF file in node-llama-cpp, on the CPU, keys and values in f32. The file's
 * own tokenizer and template are used, and generation is greedy until an end token, as in llama.cpp's own programs.
 */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { runtimesCodes } from "./codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";
import type { Message } from "#stdlib/conversations/kind.js";
import { packageVersionIn } from "./package-version.js";
import { answerRuntimeRequests } from "./serve.js";

registerCodes(internalCodes, dataAndModelCodes, runtimesCodes, fetchCodes, sourcesCodes, tableCodes);

/** The part of node-llama-cpp that is used; its types are not available in this build. */
interface Llama {
  readonly llamaCppRelease: { readonly release: string };
  loadModel(options: object): Promise<Model>;
}
interface Model {
  readonly trainContextSize: number;
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly chat_template?: string } } };
  readonly tokens: {
    readonly bos: number | null;
    readonly bosString: string | null;
    readonly eosString: string | null;
    readonly shouldPrependBosToken: boolean;
  };
  tokenize(text: string, specialTokens: boolean): number[];
  detokenize(tokens: readonly number[], specialTokens: boolean): string;
  isEogToken(token: number): boolean;
  createContext(options: object): Promise<Context>;
}
interface Context {
  readonly contextSize: number;
  getSequence(): Sequence;
  dispose(): Promise<void>;
}
interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>;
  /** Returns the next tokens after those with a request. */
  controlledEvaluate(
    tokens: readonly (number | readonly [number, object])[],
  ): Promise<readonly ({ readonly next: { readonly token?: number | null } } | undefined)[]>;
}

answerRuntimeRequests(async ({ place, library = "" }) => {
  const entry = pathToFileURL(join(library, "dist/index.js")).href;
  const { getLlama } = (await import(entry)) as { getLlama(options: object): Promise<Llama> };
  const threads = threadsFor(statSync(place).size);
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    logLevel: "error",
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: place, gpuLayers: 0 });
  const writer = new Writer(model, threads);
  return {
    version: `${llama.llamaCppRelease.release} (node-llama-cpp ${packageVersionIn(library)})`,
    async write({ prompt, most, expected }) {
      const read = typeof prompt === "string" ? opened(model, prompt) : conversationTokens(model, prompt);
      const tokens = await writer.write(read, most, expected);
      return { text: model.detokenize(tokens, false), tokens, ...(expected && { told: true as const }) };
    },
  };
});

/**
 * Limits the threads: they busy-wait for each other, so with more threads than free processors a token takes minutes.
 */
function threadsFor(bytes: number): number {
  return bytes < 64 * 1024 * 1024 ? 1 : Math.max(1, availableParallelism() - 1);
}

/** Returns tokens with the begin token, if the file defines one. */
function opened(model: Model, text: string): number[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  const tokens = model.tokenize(text, true);
  return shouldPrependBosToken && bos !== null ? [bos, ...tokens] : tokens;
}

/** A template may contain the begin token, which must not be added twice. */
function conversationTokens(model: Model, messages: readonly Message[]): number[] {
  const source = model.fileInfo.metadata.tokenizer?.chat_template;
  if (source === undefined) throw new Error("the file has no template of conversations");
  const { bosString: bos, eosString: eos, shouldPrependBosToken: begins } = model.tokens;
  const specials = { bos: bos ?? "", eos: eos ?? "", opening: "", all: [] };
  const pieces = jinjaTemplate(source).render(messages, { specials, addGenerationPrompt: true });
  if ("refused" in pieces) throw new Error(`the file's template of conversations: ${pieces.refused}`);
  const text = pieces.map((piece) => piece.text).join("");
  return opened(model, begins && bos !== null && text.startsWith(bos) ? text.slice(bos.length) : text);
}

/** Texts generated concurrently: each weight is then read once for all of them. */
const BESIDE = 8;

interface Wanted {
  readonly prompt: readonly number[];
  readonly most: number;
  readonly expected: readonly number[] | undefined;
  resolve(tokens: number[]): void;
  reject(error: unknown): void;
}

/** Generates the waiting texts, some at a time, in a context that is recreated when a larger one is needed. */
class Writer {
  private readonly waiting: Wanted[] = [];
  private busy = false;
  private context: Context | null = null;
  private sequences: Sequence[] = [];
  constructor(
    private readonly model: Model,
    private readonly threads: number,
  ) {}

  write(prompt: readonly number[], most: number, expected?: readonly number[]): Promise<number[]> {
    if (prompt.length === 0) return Promise.reject(new Error("an empty prompt cannot be continued"));
    return new Promise((resolve, reject) => {
      this.waiting.push({ prompt, most, expected, resolve, reject });
      if (!this.busy) void this.go();
    });
  }

  private async go(): Promise<void> {
    this.busy = true;
    // Waits until requests sent in the same tick have arrived.
    await new Promise((next) => setTimeout(next, 5));
    while (this.waiting.length > 0) {
      const some = this.waiting.splice(0, BESIDE);
      try {
        await this.room(Math.max(...some.map(({ prompt, most }) => prompt.length + most)));
        await Promise.all(some.map((one, i) => this.one(one, this.sequences[i]!)));
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.busy = false;
  }

  private async one({ prompt, most, expected, resolve }: Wanted, sequence: Sequence): Promise<void> {
    await sequence.clearHistory();
    if (expected) {
      resolve(await this.after(prompt, expected, most, sequence));
      return;
    }
    const tokens: number[] = [];
    if (most > 0)
      for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
        tokens.push(token);
        if (tokens.length >= most) break;
      }
    resolve(tokens);
  }

  /** Returns the most probable token after the prompt and after each expected token; without the end token. */
  private async after(
    prompt: readonly number[],
    expected: readonly number[],
    most: number,
    sequence: Sequence,
  ): Promise<number[]> {
    const ask = { generateNext: { token: true, options: { temperature: 0 } } };
    const places = [...prompt.slice(-1), ...expected].slice(0, most);
    const read = [...prompt.slice(0, -1), ...places.map((token) => [token, ask] as const)];
    const evaluated = (await sequence.controlledEvaluate(read)).slice(prompt.length - 1);
    const tokens = evaluated.map((one) => one?.next.token ?? -1);
    const last = tokens[expected.length];
    return last !== undefined && this.model.isEogToken(last) ? tokens.slice(0, expected.length) : tokens;
  }

  private async room(tokens: number): Promise<void> {
    const { trainContextSize: all } = this.model;
    if (this.context && this.context.contextSize >= Math.min(tokens + 1, all)) return;
    await this.context?.dispose();
    const context = await this.model.createContext({
      contextSize: Math.min(all, Math.max(256, 2 * tokens)),
      sequences: BESIDE,
      threads: this.threads,
      flashAttention: false,
      experimentalKvCacheKeyType: "F32",
      experimentalKvCacheValueType: "F32",
    });
    this.context = context;
    this.sequences = Array.from({ length: BESIDE }, () => context.getSequence());
  }
}
