/**
 * The folder that serves as the base of a model from scratch: config.json from its words and, once the data are known,
 * the trained tokenizer. It contains no weights: programs begin with the family's initial values.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ScratchPlan } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { makePrivateFolder, writePrivateFileAsync } from "../../fetch/private.js";
import type { PreparedData } from "../../data/prepared.js";
import { cachePath } from "../../fetch/cache.js";
import type { BaseModel } from "../../bases/base.js";
import { scratchBaseFacts, fromScratchCapabilityOf } from "../../bases/scratch-facts.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { parseMessages } from "../../data/rows/conversations.js";
import { splitNamesOf } from "../../data/prepared.js";
import { trainTokenizer } from "../../bases/scratch/train-tokenizer.js";

/**
 * `prepared`: the prepared `plan.data`; null while the data are unknown. Throws the coded errors of `trainTokenizer`
 * and of the family's config.
 */
export async function makeScratchBase(
  plan: ScratchPlan,
  prepared: PreparedData | null,
  options: { readonly registry: Registry; readonly signal?: AbortSignal | undefined },
): Promise<BaseModel> {
  const { tokenizer, max_length } = plan;
  const trained = prepared
    ? await trainTokenizer(tokenizer, fromScratchCapabilityOf(plan, options.registry), trainingTexts(prepared), {
        ...options,
        data: prepared.name,
      })
    : null;
  const described = await scratchBaseFacts(plan, trained?.size ?? null, options.registry);
  const files: Readonly<Record<string, unknown>> = {
    "config.json": described.config,
    ...(trained && {
      "tokenizer.json": trained.tokenizer,
      "tokenizer_config.json": { ...trained.settings, model_max_length: max_length },
    }),
  };
  const { folder, hash } = await written(files);
  return { folder, hash, files: Object.keys(files), from: "folder", facts: { folder, hash, ...described } };
}

/** Writes into a cache folder named by the hash of the files. */
async function written(
  files: Readonly<Record<string, unknown>>,
): Promise<{ readonly folder: string; readonly hash: string }> {
  const texts = Object.entries(files).map(([name, json]) => [name, `${JSON.stringify(json)}\n`] as const);
  const sum = createHash("sha256");
  for (const [name, text] of texts) sum.update(`${name}\0${text}`);
  const hash = sum.digest("hex");
  const folder = cachePath("bases", `scratch-${hash.slice(0, 16)}`);
  makePrivateFolder(folder);
  for (const [name, text] of texts) await writePrivateFileAsync(join(folder, name), text);
  return { folder, hash };
}

/** Text roles of the training split, on which the tokenizer of a model from scratch is trained. */
const roles = ["text", "text_pair", "input", "target", "question", "context", "tokens", "messages"];
/** Rows of streamed data that are read at once. */
const stride = 4096;

/** Role by role, in row order. Throws the coded error `no-texts-for-tokenizer`. */
function trainingTexts(prepared: PreparedData): readonly string[] {
  const names = splitNamesOf(prepared);
  const split = ["train", "all"].find((name) => names.includes(name)) ?? names[0] ?? "all";
  const texts = roles.flatMap((role) => valuesOf(prepared, split, role).map((value) => roleText(role, value)));
  if (texts.length === 0) throw new CodedError("no-texts-for-tokenizer", { data: prepared.name });
  return texts;
}

function valuesOf({ splits, streamed }: PreparedData, split: string, role: string): readonly unknown[] {
  const rows = streamed?.[split];
  if (rows) {
    if (!rows.has(role)) return [];
    const parts = Array.from({ length: Math.ceil(rows.rows / stride) }, (_, i) =>
      rows.values(role, i * stride, Math.min(rows.rows, (i + 1) * stride)),
    );
    return parts.flat();
  }
  const table = splits[split];
  return table?.columnNames().includes(role) ? Array.from(table.array(role) as Iterable<unknown>) : [];
}

function roleText(role: string, value: unknown): string {
  if (role === "messages")
    return parseMessages(String(value))
      .map((message) => (message.context === undefined ? "" : `${message.context}\n`) + contentText(message))
      .join("\n");
  return Array.isArray(value) ? value.join(" ") : String(value ?? "");
}
