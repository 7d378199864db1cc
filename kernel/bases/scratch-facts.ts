/**
 * Computes the facts of a model from scratch before its files are written: its config.json and the shapes of its
 * weights.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { loadWordImplementation, mustFindWord } from "#dsl/language/types/loaded.js";
import type { FromScratchTokenizerDefaults } from "#dsl/language/types/capabilities/from-scratch.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { ScratchPlan } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { elementCount, parameterShapesOf } from "#stdlib/programs/shapes.js";

export function fromScratchCapabilityOf(
  { architecture }: ScratchPlan,
  registry: Registry,
): FromScratchTokenizerDefaults {
  const { capabilities } = mustFindWord(registry, "model", architecture.word);
  return mustExist(capabilities?.fromScratch, `what ${architecture.word} is from scratch`);
}

/**
 * `tokens`: size of the tokenizer's vocabulary; null if it is not trained yet. Throws the coded errors of the family's
 * config.
 */
export async function scratchBaseFacts(
  plan: ScratchPlan,
  tokens: number | null,
  registry: Registry,
): Promise<Omit<BaseFacts, "folder" | "hash">> {
  const { architecture, tokenizer, max_length } = plan;
  const word = mustFindWord(registry, "model", architecture.word);
  const family = await loadWordImplementation(word);
  const { specialTokens: specials } = fromScratchCapabilityOf(plan, registry);
  const vocabularySize = Number(tokenizer.arguments["vocabulary"]);
  const special = (role: string): number | null => {
    const id = specials.findIndex(([, ...roles]) => roles.some((r) => r === role));
    return id < 0 ? null : id;
  };
  const vocabulary = tokens ?? vocabularySize;
  const config = mustExist(
    family.fromWords,
    `the configuration of ${word.name} from scratch`,
  )({ words: architecture.arguments, vocabulary, positions: max_length, special });
  const read = family.config(config);
  const shapes = parameterShapesOf(family, read);
  return {
    family: word.name,
    config,
    shapes,
    hasTokenizer: tokens !== null,
    chatTemplate: false,
    parameters: elementCount(shapes),
    positions: family.sizes(read).positions,
    scratch: { asked: vocabularySize, got: tokens },
  };
}
