/**
 * What is said between a server (`../process/main.ts`) and the notebook that started it, over the channel of a child process: what
 * to serve first, then orders; where it listens, how it stands every second, how it ended. Keys are told as their hashes, and no
 * text of a request is ever said.
 */
import * as v from "valibot";
import { CodedError, entryOf, wordsFor, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { fields, figure, table, whole, type Schema } from "../../../fetch/json.js";
import type { Sort } from "#stdlib/targets/shared/model-type.js";
import { ENGINE_NAMES, type EngineOptions } from "../../../engines/engine.js";
import type { HttpLoad, Limits, ModelLoad, ServedFolder } from "../contract.js";

/** What a server is to do. Paths are absolute: it stands in no folder of its own. */
export interface Serve {
  readonly folders: readonly ServedFolder[];
  readonly host: string;
  readonly port: number;
  readonly keys: readonly string[];
  /** Files in PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly hosts: readonly string[];
  readonly limits: Limits;
  readonly engine: EngineOptions["engine"];
  /** Null: all. */
  readonly threads: number | null;
}
/** A model as people are told of it. */
export interface ServedFacts {
  readonly name: string;
  readonly folder: string;
  readonly sort: Sort;
  readonly labels: number;
  readonly maxLength: number;
  readonly root: string | null;
  readonly chats: boolean;
  readonly pairs: boolean;
}
export type Ordered =
  | { readonly is: "open"; readonly serve: Serve }
  | { readonly is: "replace"; readonly id: number; readonly name: string; readonly folder: string }
  /** How does it stand now? */
  | { readonly is: "tell"; readonly id: number }
  | { readonly is: "stop"; readonly grace: number };
export type Said =
  | { readonly is: "listening"; readonly url: string; readonly port: number; readonly models: readonly ServedFacts[] }
  /** `id`: of who asked; null: nobody did, it is said every second. */
  | { readonly is: "load"; readonly id: number | null; readonly load: HttpLoad; readonly memory: number | null }
  | { readonly is: "replaced"; readonly id: number; readonly models: readonly ServedFacts[] }
  | { readonly is: "failed"; readonly id: number | null; readonly failure: Failure }
  /** `cut`: requests that had no answer when their time was over. */
  | { readonly is: "ended"; readonly cut: number };

/** An error on its way to another process. */
export interface Failure {
  readonly code: string | null;
  readonly data: unknown;
  readonly words: string;
}
export function failureOf(error: unknown): Failure {
  if (error instanceof CodedError) return { code: error.code, data: error.data, words: wordsFor(error).message };
  return { code: null, data: null, words: error instanceof Error ? error.message : String(error) };
}
/** The error again; of one that has no code here `desk-failed`. */
export function errorOf({ code, data, words }: Failure): CodedError {
  if (code === null || entryOf(code) === undefined) return new CodedError("desk-failed", { why: words });
  return new CodedError(code as Code, data as CodeData[Code]);
}

const folder = v.object({ name: v.nullable(v.string()), folder: v.string() });
const limits: Schema<Limits> = v.object({
  gather: figure,
  queue: whole(1),
  texts: whole(1),
  maxTokens: v.exactOptional(whole(1)),
  streams: whole(1),
  body: whole(1),
  memory: v.exactOptional(whole(1)),
  time: figure,
  truncate: v.boolean(),
  rate: figure,
});
const serve: Schema<Serve> = v.object({
  folders: v.array(folder),
  host: v.string(),
  port: whole(),
  keys: v.array(v.string()),
  tls: v.nullable(v.object({ cert: v.string(), key: v.string() })),
  hosts: v.array(v.string()),
  limits,
  threads: v.nullable(whole(1)),
  engine: v.picklist(["auto", ...ENGINE_NAMES]),
});
const sort: Schema<Sort> = v.picklist([
  ...(["labels", "tags", "answers", "fills", "continues", "rewrites", "embeds", "number"] as const),
]);
const facts = v.object({
  name: v.string(),
  folder: v.string(),
  sort,
  labels: whole(),
  maxLength: figure,
  root: v.nullable(v.string()),
  chats: v.boolean(),
  pairs: v.boolean(),
});
const ofModel: Schema<ModelLoad> = fields({
  waiting: figure,
  working: figure,
  batches: figure,
  tokensRead: figure,
  tokensWritten: figure,
  tokensCached: figure,
});
const load: Schema<HttpLoad> = v.object({
  requests: figure,
  failed: figure,
  perSecond: figure,
  p50: v.nullable(figure),
  p99: v.nullable(figure),
  underWay: figure,
  tokensPerSecond: figure,
  models: table(ofModel),
});
const failure = v.object({ code: v.nullable(v.string()), data: v.unknown(), words: v.string() });
const ordered: Schema<Ordered> = v.variant("is", [
  v.object({ is: v.literal("open"), serve }),
  v.object({ is: v.literal("replace"), id: whole(), name: v.string(), folder: v.string() }),
  v.object({ is: v.literal("tell"), id: whole() }),
  v.object({ is: v.literal("stop"), grace: figure }),
]);
const said: Schema<Said> = v.variant("is", [
  v.object({ is: v.literal("listening"), url: v.string(), port: whole(1), models: v.array(facts) }),
  v.object({ is: v.literal("load"), id: v.nullable(whole()), load, memory: v.nullable(figure) }),
  v.object({ is: v.literal("replaced"), id: whole(), models: v.array(facts) }),
  v.object({ is: v.literal("failed"), id: v.nullable(whole()), failure }),
  v.object({ is: v.literal("ended"), cut: figure }),
]);

/** Null: it is none. */
export const orderedIn = (message: unknown): Ordered | null => read(ordered, message);
export const saidIn = (message: unknown): Said | null => read(said, message);
function read<T>(schema: Schema<T>, message: unknown): T | null {
  const found = v.safeParse(schema, message);
  return found.success ? found.output : null;
}
