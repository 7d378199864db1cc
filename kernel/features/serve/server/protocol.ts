/**
 * Protocol between a server (`../process/main.ts`) and the notebook that started it, over the child process's channel:
 * what to serve first, then commands; its address, its load every second, and how it ended. Keys are sent as hashes,
 * and no text of a request is ever sent.
 */
import * as v from "valibot";
import { CodedError, codeEntryOf, diagnosticText, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { objectWith, anyNumber, dictionaryOf, wholeNumber, type Schema } from "../../../fetch/json.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";
import { ENGINE_NAMES, type EngineOptions } from "../../../engines/engine.js";
import type { HttpLoad, ServingLimits, ModelLoad, NamedModelFolder } from "../contract.js";

/** What a server serves. Paths are absolute: the process has no folder of its own. */
export interface ServeSpec {
  readonly folders: readonly NamedModelFolder[];
  readonly host: string;
  readonly port: number;
  readonly keys: readonly string[];
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly hosts: readonly string[];
  readonly limits: ServingLimits;
  readonly engine: EngineOptions["engine"];
  /** Null uses all. */
  readonly threads: number | null;
}
export interface ServedModelFacts {
  readonly name: string;
  readonly folder: string;
  readonly sort: AnswerType;
  readonly labels: number;
  readonly maxLength: number;
  readonly root: string | null;
  readonly chats: boolean;
  readonly pairs: boolean;
}
export type ServerCommand =
  | { readonly is: "open"; readonly serve: ServeSpec }
  | { readonly is: "replace"; readonly id: number; readonly name: string; readonly folder: string }
  /** Requests the current load. */
  | { readonly is: "tell"; readonly id: number }
  | { readonly is: "stop"; readonly grace: number };
export type ServerReport =
  | {
      readonly is: "listening";
      readonly url: string;
      readonly port: number;
      readonly models: readonly ServedModelFacts[];
    }
  /** `id`: of the request for it; null for the report of every second. */
  | { readonly is: "load"; readonly id: number | null; readonly load: HttpLoad; readonly memory: number | null }
  | { readonly is: "replaced"; readonly id: number; readonly models: readonly ServedModelFacts[] }
  | { readonly is: "failed"; readonly id: number | null; readonly failure: SerializedError }
  /** `cut`: requests that were aborted at shutdown. */
  | { readonly is: "ended"; readonly cut: number };

/** An error serialized for another process. */
export interface SerializedError {
  readonly code: string | null;
  readonly data: unknown;
  readonly words: string;
}
export function serializeError(error: unknown): SerializedError {
  if (error instanceof CodedError) return { code: error.code, data: error.data, words: diagnosticText(error).message };
  return { code: null, data: null, words: error instanceof Error ? error.message : String(error) };
}
/** Restores the error; one without a known code becomes `desk-failed`. */
export function deserializeError({ code, data, words }: SerializedError): CodedError {
  if (code === null || codeEntryOf(code) === undefined) return new CodedError("desk-failed", { why: words });
  return new CodedError(code as Code, data as CodeData[Code]);
}

const folder = v.object({ name: v.nullable(v.string()), folder: v.string() });
const limits: Schema<ServingLimits> = v.object({
  gather: anyNumber,
  queue: wholeNumber(1),
  texts: wholeNumber(1),
  maxTokens: v.exactOptional(wholeNumber(1)),
  streams: wholeNumber(1),
  body: wholeNumber(1),
  memory: v.exactOptional(wholeNumber(1)),
  time: anyNumber,
  truncate: v.boolean(),
  rate: anyNumber,
});
const serve: Schema<ServeSpec> = v.object({
  folders: v.array(folder),
  host: v.string(),
  port: wholeNumber(),
  keys: v.array(v.string()),
  tls: v.nullable(v.object({ cert: v.string(), key: v.string() })),
  hosts: v.array(v.string()),
  limits,
  threads: v.nullable(wholeNumber(1)),
  engine: v.picklist(["auto", ...ENGINE_NAMES]),
});
const sort: Schema<AnswerType> = v.picklist([
  ...(["labels", "tags", "answers", "fills", "continues", "rewrites", "embeds", "number"] as const),
]);
const facts = v.object({
  name: v.string(),
  folder: v.string(),
  sort,
  labels: wholeNumber(),
  maxLength: anyNumber,
  root: v.nullable(v.string()),
  chats: v.boolean(),
  pairs: v.boolean(),
});
const ofModel: Schema<ModelLoad> = objectWith({
  waiting: anyNumber,
  working: anyNumber,
  batches: anyNumber,
  tokensRead: anyNumber,
  tokensWritten: anyNumber,
  tokensCached: anyNumber,
});
const load: Schema<HttpLoad> = v.object({
  requests: anyNumber,
  failed: anyNumber,
  perSecond: anyNumber,
  p50: v.nullable(anyNumber),
  p99: v.nullable(anyNumber),
  underWay: anyNumber,
  tokensPerSecond: anyNumber,
  models: dictionaryOf(ofModel),
});
const failure = v.object({ code: v.nullable(v.string()), data: v.unknown(), words: v.string() });
const ordered: Schema<ServerCommand> = v.variant("is", [
  v.object({ is: v.literal("open"), serve }),
  v.object({ is: v.literal("replace"), id: wholeNumber(), name: v.string(), folder: v.string() }),
  v.object({ is: v.literal("tell"), id: wholeNumber() }),
  v.object({ is: v.literal("stop"), grace: anyNumber }),
]);
const reportSchema: Schema<ServerReport> = v.variant("is", [
  v.object({ is: v.literal("listening"), url: v.string(), port: wholeNumber(1), models: v.array(facts) }),
  v.object({ is: v.literal("load"), id: v.nullable(wholeNumber()), load, memory: v.nullable(anyNumber) }),
  v.object({ is: v.literal("replaced"), id: wholeNumber(), models: v.array(facts) }),
  v.object({ is: v.literal("failed"), id: v.nullable(wholeNumber()), failure }),
  v.object({ is: v.literal("ended"), cut: anyNumber }),
]);

export const parseServerCommand = (message: unknown): ServerCommand | null => read(ordered, message);
export const parseServerReport = (message: unknown): ServerReport | null => read(reportSchema, message);
function read<T>(schema: Schema<T>, message: unknown): T | null {
  const found = v.safeParse(schema, message);
  return found.success ? found.output : null;
}
