/**
 * A model from scratch (`architecture: gpt2(…), tokenizer: bpe(…)`): instead of a base's files, words define
 * config.json and the tokenizer. The tokenizer is trained on the training split, so the exact model is known only with
 * the data. Until then, its vocabulary size is the one in the tokenizer's word.
 */
import type { DefinitionDraft, Program } from "../program.js";
import { Reporter } from "../../../language/diagnostics/reporter.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { fillDefaults } from "../defaults.js";
import type { BaseFacts } from "../../../language/types/facts.js";
import type { DataPlan, ScratchPlan, Value } from "../../../language/types/value.js";
import { isCall } from "../value.js";

/** Default `max_length`. */
const LENGTH = 512;

export function isFromScratch(draft: DefinitionDraft): boolean {
  return draft.given.has("architecture");
}

/** Returns undefined if its words have errors, which are reported when the complete model is resolved. */
export function scratchPlanOf(
  program: Program,
  draft: DefinitionDraft,
  here: Span,
  data: DataPlan | null,
): ScratchPlan | undefined {
  const parameters = program.registry.find("verb", "model")?.parameters ?? [];
  const { reporter } = program;
  const quiet = new Reporter();
  program.reporter = quiet;
  const words = parameters.filter((p) => ["architecture", "tokenizer", "max_length"].includes(p.name));
  const { values } = fillDefaults(program, words, draft.given, "model.", { here, draft: { positions: LENGTH } });
  program.reporter = reporter;
  const { architecture, tokenizer, max_length } = values;
  if (quiet.hasErrors || !isCall(architecture) || !isCall(tokenizer) || typeof max_length !== "number")
    return undefined;
  return { architecture, tokenizer, max_length, data };
}

/**
 * Reports settings that make no sense for a model from scratch, and tokenizers without one. `values`: the model's
 * values, with defaults.
 * @returns false if there is an error
 */
export function checkScratch(
  program: Program,
  draft: DefinitionDraft,
  values: Readonly<Record<string, Value>>,
  here: Span,
): boolean {
  const { given } = draft;
  const spanOf = (key: string): Span | undefined => given.get(key)?.span;
  const { architecture, technique } = values;
  if (!isCall(architecture)) {
    if (!given.has("tokenizer")) return true;
    program.reportNear(
      "tokenizer-of-base",
      { base: typeof values["base"] === "string" ? values["base"] : "the base" },
      spanOf("tokenizer"),
      here,
    );
    return false;
  }
  let good = true;
  if (given.has("base")) {
    program.reportNear("base-and-architecture", { architecture: architecture.word }, spanOf("architecture"), here);
    good = false;
  }
  if (isCall(technique) && !program.registry.find("technique", technique.word)?.capabilities?.trainsAll) {
    program.reportNear(
      "scratch-trains-whole",
      { what: `technique: ${technique.word}`, why: "there are no trained weights to keep" },
      spanOf("technique"),
      here,
    );
    good = false;
  }
  if (Array.isArray(values["freeze"]) && values["freeze"].length > 0) {
    program.reportNear(
      "scratch-trains-whole",
      { what: "freeze", why: "frozen weights would stay random" },
      spanOf("freeze"),
      here,
    );
    good = false;
  }
  return good;
}

/** Compares the tokens that the data gave with the requested number. @returns false if they are too few */
export function checkVocabulary(
  program: Program,
  draft: DefinitionDraft,
  base: BaseFacts | undefined,
  data: string,
  here: Span,
): boolean {
  if (!base?.scratch || base.scratch.got === null) return true;
  const { asked: requested, got } = base.scratch;
  if (got >= requested) return true;
  const tokenizer = draft.given.get("tokenizer");
  const place = tokenizer?.places.get("tokenizer.vocabulary") ?? tokenizer?.span;
  const few = got < requested / 2;
  program.reportNear(
    few ? "vocabulary-too-large" : "vocabulary-not-filled",
    { asked: requested, got, data },
    place,
    here,
  );
  return !few;
}
