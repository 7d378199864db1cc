/** Requests to a text-generation model, and their complete results. */
import type { BaseModel } from "#kernel/bases/base.js";
import type { TextChunk, GenerationRequest, TextGeneration } from "#kernel/inference/generation/generation-request.js";
import type { TextGeneratorOptions } from "#kernel/inference/generation/generation-model.js";

export function asked(o: Partial<GenerationRequest>): GenerationRequest {
  return { prompt: "a", truncate: false, stop: [], sampling: {}, choices: 1, ...o };
}
/** Returns the final texts with all tokens, calls and log-probabilities. */
export async function whole(writing: TextGeneration): Promise<readonly TextChunk[]> {
  const all: TextChunk[] = [];
  for await (const bit of writing) {
    const before = all[bit.choice];
    all[bit.choice] = !before
      ? bit
      : {
          ...bit,
          text: before.text + bit.text,
          tokens: [...before.tokens, ...bit.tokens],
          ...((before.likelihoods ?? bit.likelihoods) && {
            likelihoods: [...(before.likelihoods ?? []), ...(bit.likelihoods ?? [])],
          }),
          ...((before.calls ?? bit.calls) && { calls: [...(before.calls ?? []), ...(bit.calls ?? [])] }),
        };
  }
  return all;
}

/** Options of a completion model whose base is in `folder`. */
export function modelIn(
  folder: string,
  config: Readonly<Record<string, unknown>> = {},
): Pick<TextGeneratorOptions, "name" | "model" | "base"> {
  const facts = { config } as unknown as BaseModel["facts"];
  return {
    name: "small",
    model: {
      ...{ name: "small", base: "small", folder, baseHash: null, max_length: 64 },
      task: { kind: "task", word: "text_generation", arguments: {} },
      technique: { kind: "technique", word: "full", arguments: {} },
    },
    base: { folder, files: [], hash: "", from: "folder", facts },
  };
}
