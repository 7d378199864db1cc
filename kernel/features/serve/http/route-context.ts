/**
 * Common parts of all routes: find the model, check the texts against the limits, count tokens and truncated texts.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import type {
  PredictionForText,
  TextEmbedding,
  ServingLimits,
  ServedModelCollection,
  ServedModel,
  TokenVectors,
  TextGeneration,
} from "../contract.js";
import type { HttpCall } from "./call.js";
import type { ServerMetrics } from "./metrics.js";
import { ESTIMATED_RESPONSE_BYTES, maxTokensIn, type MemoryBudget } from "./memory-budget.js";

export interface RouteContext {
  readonly models: ServedModelCollection;
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
): Promise<readonly PredictionForText[]> {
  const truncate = options.truncate ?? context.limits.truncate;
  context.memory.take(call, options.texts.length * bytesOf(options.model));
  const answers = await call.within(options.model.predict(options.texts, { signal: call.signal, truncate }));
  countTokensOfAnswers(context, call, reply, answers);
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
  countTokensOfAnswers(context, call, reply, answers);
  return answers;
}

/** The token vectors of each text. Null if they have more than `most` numbers. */
export async function tokenVectorsOf(
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
  context.memory.take(call, Math.min(numbers, most) * ESTIMATED_RESPONSE_BYTES.number);
  const answers = await call.within(model.embedAll(texts, { signal: call.signal, truncate, most }));
  const width = answers?.[0]?.vectors[0]?.length;
  if (width !== undefined) widths.set(model, width);
  if (answers) countTokensOfAnswers(context, call, reply, answers);
  return answers;
}

/** Maximum bytes of a response for one text, as far as known beforehand. */
function bytesOf(model: ServedModel): number {
  if (model.sort === "embeds") return (widths.get(model) ?? WIDE) * ESTIMATED_RESPONSE_BYTES.number;
  return (
    Math.max(model.labels.length, model.sort === "tags" || model.sort === "fills" ? model.maxLength : 1) *
    ESTIMATED_RESPONSE_BYTES.label
  );
}
/** Reserves memory for a response. Coded error `bodies-full`. */
export function memoryReserverFor({ memory }: RouteContext, call: HttpCall): (bytes: number) => void {
  return (bytes) => memory.take(call, bytes);
}

/** Assumed vector width of a model that has not computed one yet. */
const WIDE = 1024;
const widths = new WeakMap<ServedModel, number>();
/**
 * Checks a requested width before any vector is computed: coded error `request-not-offered` if it isn't the model's.
 */
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
      help: "remove it: truncated vectors are poor if the model was not trained for them",
    });
}

export function countTokensOfAnswers(
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

/** Counts tokens read for a request, including cached prompt tokens. */
export function countTokensRead({ counts }: RouteContext, call: HttpCall, tokens: number): void {
  call.read += tokens;
  counts.took(tokens);
}
export function countTokensWritten({ counts }: RouteContext, call: HttpCall, tokens: number): void {
  call.wrote(tokens);
  counts.took(tokens);
}

export function countPromptTokens(
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

/** Below this, logits divided by the temperature overflow: it is treated as 0, the most probable token. */
const COLDEST = 1e-5;
export const temperatureOf = (requested: number): number => (requested < COLDEST ? 0 : requested);

/** Reports the number of truncated texts in a header, whatever the response's format. */
export function reportTruncation(call: HttpCall, reply: FastifyReply, cut: number): void {
  if (cut === 0) return;
  call.cut = cut;
  reply.header("x-truncated", String(cut));
}

/** From −1 to 1, for vectors of any norm. */
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
