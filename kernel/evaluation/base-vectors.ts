/** Embeddings of texts by a model's base before training. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { dataReadingSettingsOf, type ModelPlan, type Call } from "#dsl/language/types/value.js";
import type { BaseEmbedder } from "#stdlib/contenders/kind.js";
import { weightBytes } from "../bases/base.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

/** Texts per request to the base; it can be interrupted between requests. */
const CHUNK = 128;
/** Results of so few texts are not cached: timed predictions use such sizes. */
const FEW = 8;

/** Cached embeddings per set of rows: repeated requests for the same rows are answered from the cache. */
const known = new WeakMap<object, Map<string, Promise<readonly Float32Array[]>>>();

/** Embeds each row's text with the untrained base. */
export function embedTextsWithBase(
  session: OpenSession,
  model: ModelPlan,
  texts: readonly string[],
  context: ExecutionContext,
): Promise<readonly Float32Array[]> {
  const plan = embedding(session, model);
  const cached = known.get(session) ?? new Map<string, Promise<readonly Float32Array[]>>();
  known.set(session, cached);
  const key = digestOf(canonicalize({ ...plan, name: "" }) ?? "", texts);
  const found = cached.get(key);
  if (found) return found;
  const read = readBy(session.models.unnamed(plan, model.name), texts, context);
  cached.clear(); // the cache is limited to one set of rows
  cached.set(key, read);
  read.catch(() => cached.delete(key));
  return read;
}

/**
 * The untrained base of a model, for embedding single texts too; it must not itself derive from another model. Coded
 * error `contender-refused`.
 */
export async function openBaseEmbedder(
  session: OpenSession,
  { model, contender }: { readonly model: ModelPlan; readonly contender: string },
  context: ExecutionContext,
): Promise<BaseEmbedder> {
  if (model.scratch || model.trained) {
    const why = model.scratch ? "the model has no pretrained base" : "the model started from another one trained here";
    throw new CodedError("contender-refused", { contender, task: model.task.word, why });
  }
  const base = await session.datasets.base(dataReadingSettingsOf(model), context.hostContext);
  const probe = session.models.unnamed(embedding(session, model), model.name);
  return {
    name: model.base,
    bytes: weightBytes(base.facts),
    read: (texts) =>
      texts.length < FEW ? readBy(probe, texts, context) : embedTextsWithBase(session, model, texts, context),
  };
}

/** Returns the base as a plan that computes text embeddings. */
function embedding({ vocabulary: { registry } }: OpenSession, model: ModelPlan): ModelPlan {
  const { template, ...plain } = model;
  return {
    ...plain,
    task: usual(registry, "task", "sentence_similarity"),
    technique: usual(registry, "technique", "full"),
  };
}

function digestOf(plan: string, texts: readonly string[]): string {
  const digest = createHash("sha256").update(plan);
  for (const text of texts) digest.update(`${String(text.length)} ${text}`);
  return digest.digest("hex");
}

async function readBy(
  probe: ModelHandle,
  texts: readonly string[],
  context: ExecutionContext,
): Promise<readonly Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += CHUNK) {
    context.signal?.throwIfAborted();
    const predictions = await probe.predict<{ text: string; embedding: Float32Array }>(
      texts.slice(start, start + CHUNK),
    );
    vectors.push(...predictions.map(({ embedding }) => embedding));
    context.hostContext.onProgress?.({ label: "texts read by the base", done: vectors.length, total: texts.length });
  }
  return vectors;
}

/** Returns a call of the word with its default arguments. */
function usual(registry: Registry, kind: "task" | "technique", word: string): Call {
  const given = mustFindWord(registry, kind, word).parameters.flatMap(({ name, default: value }) =>
    value && "value" in value ? [[name, value.value] as const] : [],
  );
  return { kind, word, arguments: Object.fromEntries(given) };
}
