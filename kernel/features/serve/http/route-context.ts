/** What all routes do with a request: find its model, hold its texts to the limits, count what was read and cut. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import type {
  TextPrediction,
  TextEmbedding,
  ServingLimits,
  Models,
  ServedModel,
  TokenVectors,
  TextGeneration,
} from "../contract.js";
import type { HttpCall } from "./call.js";
import type { ServerMetrics } from "./metrics.js";
import { ANSWER_BYTES, maxTokensIn, type MemoryBudget } from "./memory-budget.js";

/** What routes stand on. */
export interface RouteContext {
  readonly models: Models;
  readonly limits: ServingLimits;
  readonly counts: ServerMetrics;
  readonly memory: MemoryBudget;
}

declare module "fastify" {
  interface FastifyRequest {
    call: HttpCall;
  }
}

/** Coded error `too-many-texts`. */
export function checkTextCount(field: string, count: number, { texts }: ServingLimits): void {
  if (count > texts) throw new CodedError("too-many-texts", { at: field, asked: count, most: texts });
}

export async function predictTexts(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  options: {
    readonly model: ServedModel;
    readonly texts: readonly PredictionInput[];
    readonly truncate: boolean | null | undefined;
  },
): Promise<readonly TextPrediction[]> {
  const truncate = options.truncate ?? context.limits.truncate;
  context.memory.take(call, options.texts.length * bytesOf(options.model));
  const answers = await call.within(options.model.predict(options.texts, { signal: call.signal, truncate }));
  countAnswers(context, call, reply, answers);
  return answers;
}

export async function embedTexts(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  options: {
    readonly model: ServedModel;
    readonly texts: readonly string[];
    readonly truncate: boolean | null | undefined;
    readonly normalize: boolean | null;
  },
): Promise<readonly TextEmbedding[]> {
  const truncate = options.truncate ?? context.limits.truncate;
  const { normalize } = options;
  context.memory.take(call, options.texts.length * bytesOf(options.model));
  const answers = await call.within(options.model.embed(options.texts, { signal: call.signal, truncate, normalize }));
  const [first] = answers;
  if (first) widths.set(options.model, first.vector.length);
  countAnswers(context, call, reply, answers);
  return answers;
}

/** Of each text the vectors of its tokens. Null: they have more than `most` numbers. */
export async function embedTokens(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  options: {
    readonly model: ServedModel;
    readonly texts: readonly string[];
    readonly truncate: boolean | null | undefined;
    readonly most: number;
  },
): Promise<readonly TokenVectors[] | null> {
  const { model, texts, most } = options;
  const truncate = options.truncate ?? context.limits.truncate;
  const numbers = maxTokensIn(texts, model) * (widths.get(model) ?? WIDE);
  context.memory.take(call, Math.min(numbers, most) * ANSWER_BYTES.number);
  const answers = await call.within(model.embedAll(texts, { signal: call.signal, truncate, most }));
  const width = answers?.[0]?.vectors[0]?.length;
  if (width !== undefined) widths.set(model, width);
  if (answers) countAnswers(context, call, reply, answers);
  return answers;
}

/** Of an answer about one text, at most as far as can be said before. */
function bytesOf(model: ServedModel): number {
  if (model.sort === "embeds") return (widths.get(model) ?? WIDE) * ANSWER_BYTES.number;
  return (
    Math.max(model.labels.length, model.sort === "tags" || model.sort === "fills" ? model.maxLength : 1) *
    ANSWER_BYTES.label
  );
}
/** Takes room in memory for what is about to be answered. Coded error `bodies-full`. */
export function memoryReserverFor({ memory }: RouteContext, call: HttpCall): (bytes: number) => void {
  return (bytes) => memory.take(call, bytes);
}

/** Numbers of a vector whose model made none yet. */
const WIDE = 1024;
const widths = new WeakMap<ServedModel, number>();
/** Of a width that is asked for, before any vector is made: coded error `request-not-offered` where it isn't the model's. */
export async function checkVectorWidth(
  { call }: FastifyRequest,
  { model, requested }: { readonly model: ServedModel; readonly requested: number | null | undefined },
): Promise<void> {
  if (requested === null || requested === undefined) return;
  let width = widths.get(model);
  if (width === undefined) {
    const short = model.embed(["a"], { signal: call.signal, truncate: true, normalize: null });
    const [first] = await call.within(short);
    width = first?.vector.length ?? 0;
    widths.set(model, width);
  }
  if (requested !== width)
    throw new CodedError("request-not-offered", {
      at: "dimensions",
      why: `of this model are ${String(width)}`,
      help: "leave it out: cut vectors are worth little where the model wasn't trained for it",
    });
}

export function countAnswers(
  context: RouteContext,
  call: HttpCall,
  reply: FastifyReply,
  answers: readonly { readonly tokens: number; readonly cut: boolean }[],
): void {
  let [tokens, cut] = [0, 0];
  for (const answer of answers) {
    tokens += answer.tokens;
    if (answer.cut) cut++;
  }
  countTokensRead(context, call, tokens);
  reportTruncation(call, reply, cut);
}

/** Tokens that were read for a request, also those of a prompt's beginning that was known already. */
export function countTokensRead({ counts }: RouteContext, call: HttpCall, tokens: number): void {
  call.read += tokens;
  counts.took(tokens);
}
/** Tokens that were written for it. */
export function countTokensWritten({ counts }: RouteContext, call: HttpCall, tokens: number): void {
  call.wrote(tokens);
  counts.took(tokens);
}

/** Prompts of texts that are about to be written. */
export function countPrompts(
  context: RouteContext,
  call: HttpCall,
  reply: FastifyReply,
  writings: readonly TextGeneration[],
): void {
  let [tokens, cut] = [0, 0];
  for (const { promptTokens, cut: isCut } of writings) {
    tokens += promptTokens;
    if (isCut) cut++;
  }
  countTokensRead(context, call, tokens);
  reportTruncation(call, reply, cut);
}

/** Below it logits divided by it are beyond all numbers: it is meant as 0, the likeliest token. */
const COLDEST = 1e-5;
export const temperatureOf = (requested: number): number => (requested < COLDEST ? 0 : requested);

/** How many texts were cut stands in a header, whatever shape the answer has. */
export function reportTruncation(call: HttpCall, reply: FastifyReply, cut: number): void {
  if (cut === 0) return;
  call.cut = cut;
  reply.header("x-truncated", String(cut));
}

/** From −1 to 1, of vectors of any length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
}
