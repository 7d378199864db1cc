/**
 * Base models without their weights: the facts that the checker and the plan need follow from config.json. Bases from
 * the user come first, then two with stored exact facts (bases/*.json), then the checkpoints listed by the model
 * families.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Word } from "#dsl/language/types/registry.js";
import { familyOf } from "#kernel/bases/family.js";
import type { KnownCheckpoint } from "#stdlib/models/shared/known-checkpoints.js";
import { elementCount, parameterShapesOf } from "#stdlib/programs/shapes.js";
import { registry } from "#stdlib/registry.js";
import minilm from "../bases/all-MiniLM-L6-v2.json" with { type: "json" };
import smollm from "../bases/SmolLM2-135M-Instruct.json" with { type: "json" };
import { disk, fileNameOf } from "./disk.js";

type Config = Readonly<Record<string, unknown>>;
/** A base with facts from its actual files; tests/page/bases.e2e.test.ts keeps them exact. */
interface Exact {
  readonly names: readonly string[];
  readonly facts: Omit<BaseFacts, "folder">;
}
const exact: readonly Exact[] = [minilm, smollm];

const checkpoints: readonly (readonly [KnownCheckpoint, Word<"model">])[] = registry
  .ofKind("model")
  .flatMap((word) => (word.capabilities?.checkpoints ?? []).map((one) => [one, word] as const));

/** Every name that is known without a file. */
export const knownBaseNames: readonly string[] = [
  ...new Set([...exact.flatMap(({ names }) => names), ...checkpoints.map(([{ name }]) => name)]),
].sort((a, b) => a.localeCompare(b));

/**
 * Throws the coded errors `base-not-found`, `base-damaged`, `unknown-architecture`, and those of the family's config.
 */
export async function baseFactsOf(name: string): Promise<BaseFacts> {
  const folder = fileNameOf(name);
  const given = disk.inFolder(folder, "config.json");
  const same = (one: string): boolean => one.toLowerCase() === name.toLowerCase();
  const whole = exact.find(({ names }) => names.some(same));
  if (given && !(whole && hashOf(parseConfig(given.path, given.bytes)) === hashOf(whole.facts.config)))
    return fromConfig(given.path, given.bytes, folder);
  if (whole) return { ...whole.facts, folder: name };
  const known = checkpoints.find(([one]) => same(one.name)) ?? checkpoints.find(([one]) => same(fileNameOf(one.name)));
  if (known) return described(known[0].config, known[1], known[0].name, true);
  const near = nearestWord(name, knownBaseNames) ?? nearestWord(folder, knownBaseNames.map(fileNameOf)) ?? null;
  throw new CodedError("base-not-found", {
    name,
    near,
    tried: [
      { place: "files of this page", why: "none of them is its config.json: drop it, or its folder, on the page" },
      { place: "models that this page knows", why: "it is not among them" },
    ],
  });
}

async function fromConfig(path: string, bytes: Uint8Array, folder: string): Promise<BaseFacts> {
  const config = parseConfig(path, bytes);
  return described(config, familyOf(config, registry), folder, disk.inFolder(folder, "tokenizer.json") !== undefined);
}

/** Throws the coded error `base-damaged`. */
export function parseConfig(path: string, bytes: Uint8Array): Config {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isRecord(json)) return json;
  } catch {
    // Reported below with a clearer message.
  }
  throw new CodedError("base-damaged", { file: path, why: "it is not a JSON object" });
}

/** The checkpoint may contain more than the body (a head of its pre-training); config.json does not show that. */
async function described(
  config: Config,
  word: Word<"model">,
  folder: string,
  hasTokenizer: boolean,
): Promise<BaseFacts> {
  const family = await loadWordImplementation(word);
  const read = family.config(config);
  const shapes = parameterShapesOf(family, read);
  return {
    folder,
    config,
    shapes,
    hasTokenizer,
    hash: hashOf({ family: word.name, config }),
    family: word.name,
    parameters: elementCount(shapes),
    positions: family.sizes(read).positions,
  };
}
