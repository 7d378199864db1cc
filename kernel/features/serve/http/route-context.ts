/** What all routes do with a request: find its model, hold its texts to the limits, count what was read and cut. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Asked } from "../../../data/encoding/encoded.js";
import type { Answered, Embedded, Limits, Models, ServedModel, TokenVectors, Writing } from "../contract.js";
import type { Call } from "./call.js";
import type { Counts } from "./metrics.js";
import { BYTES, tokensIn, type Memory } from "./memory-budget.js";

/** What routes stand on. */
export interface RouteContext {
  readonly models: Models;
  readonly limits: Limits;
  readonly counts: Counts;
  readonly memory: Memory;
}

declare module "fastify" {
  interface FastifyRequest {
    call: Call;
  }
}

/** Coded error `too-many-texts`. */
export function fewEnough(at: string, asked: number, { texts }: Limits): void {
  if (asked > texts) throw new CodedError("too-many-texts", { at, asked, most: texts });
}

export async function predicted(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  o: { readonly model: ServedModel; readonly texts: readonly Asked[]; readonly truncate: boolean | null | undefined },
): Promise<readonly Answered[]> {
  const truncate = o.truncate ?? context.limits.truncate;
  context.memory.take(call, o.texts.length * bytesOf(o.model));
  const answers = await call.within(o.model.predict(o.texts, { signal: call.signal, truncate }));
  counted(context, call, reply, answers);
  return answers;
}

export async function embedded(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  o: {
    readonly model: ServedModel;
    readonly texts: readonly string[];
    readonly truncate: boolean | null | undefined;
    readonly normalize: boolean | null;
  },
): Promise<readonly Embedded[]> {
  const truncate = o.truncate ?? context.limits.truncate;
  const { normalize } = o;
  context.memory.take(call, o.texts.length * bytesOf(o.model));
  const answers = await call.within(o.model.embed(o.texts, { signal: call.signal, truncate, normalize }));
  const [first] = answers;
  if (first) widths.set(o.model, first.vector.length);
  counted(context, call, reply, answers);
  return answers;
}

/** Of each text the vectors of its tokens. Null: they have more than `most` numbers. */
export async function embeddedAll(
  context: RouteContext,
  { call }: FastifyRequest,
  reply: FastifyReply,
  o: {
    readonly model: ServedModel;
    readonly texts: readonly string[];
    readonly truncate: boolean | null | undefined;
    readonly most: number;
  },
): Promise<readonly TokenVectors[] | null> {
  const { model, texts, most } = o;
  const truncate = o.truncate ?? context.limits.truncate;
  const numbers = tokensIn(texts, model) * (widths.get(model) ?? WIDE);
  context.memory.take(call, Math.min(numbers, most) * BYTES.number);
  const answers = await call.within(model.embedAll(texts, { signal: call.signal, truncate, most }));
  const width = answers?.[0]?.vectors[0]?.length;
  if (width !== undefined) widths.set(model, width);
  if (answers) counted(context, call, reply, answers);
  return answers;
}

/** Of an answer about one text, at most as far as can be said before. */
function bytesOf(model: ServedModel): number {
  if (model.sort === "embeds") return (widths.get(model) ?? WIDE) * BYTES.number;
  return (
    Math.max(model.labels.length, model.sort === "tags" || model.sort === "fills" ? model.maxLength : 1) * BYTES.label
  );
}
/** Takes room in memory for what is about to be answered. Coded error `bodies-full`. */
export function roomFor({ memory }: RouteContext, call: Call): (bytes: number) => void {
  return (bytes) => memory.take(call, bytes);
}

/** Numbers of a vector whose model made none yet. */
const WIDE = 1024;
const widths = new WeakMap<ServedModel, number>();
/** Of a width that is asked for, before any vector is made: coded error `request-not-offered` where it isn't the model's. */
export async function widthHeld(
  { call }: FastifyRequest,
  { model, asked }: { readonly model: ServedModel; readonly asked: number | null | undefined },
): Promise<void> {
  if (asked === null || asked === undefined) return;
  let width = widths.get(model);
  if (width === undefined) {
    const short = model.embed(["a"], { signal: call.signal, truncate: true, normalize: null });
    const [first] = await call.within(short);
    width = first?.vector.length ?? 0;
    widths.set(model, width);
  }
  if (asked !== width)
    throw new CodedError("request-not-offered", {
      at: "dimensions",
      why: `of this model are ${String(width)}`,
      help: "leave it out: cut vectors are worth little where the model wasn't trained for it",
    });
}

export function counted(
  context: RouteContext,
  call: Call,
  reply: FastifyReply,
  answers: readonly { readonly tokens: number; readonly cut: boolean }[],
): void {
  let [tokens, cut] = [0, 0];
  for (const answer of answers) {
    tokens += answer.tokens;
    if (answer.cut) cut++;
  }
  read(context, call, tokens);
  tellCut(call, reply, cut);
}

/** Tokens that were read for a request, also those of a prompt's beginning that was known already. */
export function read({ counts }: RouteContext, call: Call, tokens: number): void {
  call.read += tokens;
  counts.took(tokens);
}
/** Tokens that were written for it. */
export function wrote({ counts }: RouteContext, call: Call, tokens: number): void {
  call.wrote(tokens);
  counts.took(tokens);
}

/** Prompts of texts that are about to be written. */
export function prompted(context: RouteContext, call: Call, reply: FastifyReply, writings: readonly Writing[]): void {
  let [tokens, cut] = [0, 0];
  for (const { promptTokens, cut: isCut } of writings) {
    tokens += promptTokens;
    if (isCut) cut++;
  }
  read(context, call, tokens);
  tellCut(call, reply, cut);
}

/** Below it logits divided by it are beyond all numbers: it is meant as 0, the likeliest token. */
const COLDEST = 1e-5;
export const temperatureOf = (asked: number): number => (asked < COLDEST ? 0 : asked);

/** How many texts were cut stands in a header, whatever shape the answer has. */
export function tellCut(call: Call, reply: FastifyReply, cut: number): void {
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
