/** Texts that are generated for one request, as interleaved chunks or in full. */
import type { TextChunk, ServedModel, GenerationRequest, TextGeneration } from "../contract.js";
import { ESTIMATED_RESPONSE_BYTES, maxTokensOf } from "./memory-budget.js";

export interface StreamedTextChunk {
  readonly prompt: number;
  readonly bit: TextChunk;
}
export interface CompletedText {
  text: string;
  tokens: number;
  ended: TextChunk["ended"];
  /** The prompt's tokens, if requested. */
  prompt: NonNullable<TextChunk["prompt"]>;
  readonly likelihoods: NonNullable<TextChunk["likelihoods"]>[number][];
  readonly calls: { id: string; name: string; arguments: string }[];
}

/**
 * Starts all prompts at once. If one is rejected, the others end. `take`: reserves memory; throws if there is too
 * little.
 */
export async function startTextGenerations(
  model: ServedModel,
  asks: readonly GenerationRequest[],
  take: (bytes: number) => void,
): Promise<readonly TextGeneration[]> {
  for (const { choices, maxTokens = model.maxLength, logprobs = 0, prompt, promptLikelihoods } of asks) {
    const isTold = promptLikelihoods === true && (typeof prompt === "string" || prompt instanceof Int32Array);
    const tokens = maxTokens + (isTold ? maxTokensOf(prompt, model.maxLength) : 0);
    take(choices * tokens * (1 + logprobs) * ESTIMATED_RESPONSE_BYTES.token);
  }
  const results = await Promise.allSettled(asks.map((ask) => model.write(ask)));
  const writings = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = results.find((one) => one.status === "rejected");
  if (!refused) return writings;
  await Promise.allSettled(writings.map((writing) => writing[Symbol.asyncIterator]().return?.()));
  throw refused.reason;
}

/** Chunks of all texts as they arrive. Ending the iteration stops all generation. */
export async function* mergeTextStreams(
  writings: readonly TextGeneration[],
): AsyncGenerator<StreamedTextChunk, void, void> {
  const iterators = writings.map((writing) => writing[Symbol.asyncIterator]());
  type Next = { readonly prompt: number; readonly step: IteratorResult<TextChunk> };
  const next = (prompt: number, iterator: AsyncIterator<TextChunk>): Promise<Next> =>
    iterator.next().then((step) => ({ prompt, step }));
  const coming = new Map<number, Promise<Next>>();
  try {
    for (const [prompt, iterator] of iterators.entries()) coming.set(prompt, next(prompt, iterator));
    while (coming.size > 0) {
      const [only] = coming.values();
      const { prompt, step } = await (coming.size === 1 && only ? only : Promise.race(coming.values()));
      const iterator = iterators[prompt];
      if (step.done === true || !iterator) {
        coming.delete(prompt);
        continue;
      }
      // The next chunk is only requested after this one was consumed: a slow reader slows the generation.
      yield { prompt, bit: step.value };
      coming.set(prompt, next(prompt, iterator));
    }
  } finally {
    for (const late of coming.values()) late.catch(() => undefined);
    await Promise.allSettled(iterators.map((iterator) => iterator.return?.()));
  }
}

/** Collects the full texts: for each prompt as many as requested. `took` receives tokens as they arrive. */
export async function collectTexts(
  writings: readonly TextGeneration[],
  choices: number,
  took: (tokens: number) => void,
): Promise<readonly (readonly CompletedText[])[]> {
  const all = writings.map(() => Array.from({ length: choices }, empty));
  for await (const { prompt, bit } of mergeTextStreams(writings)) {
    took(bit.tokens.length);
    const written = all[prompt]?.[bit.choice];
    if (written) add(written, bit);
  }
  return all;
}

const empty = (): CompletedText => ({ text: "", tokens: 0, ended: null, prompt: [], likelihoods: [], calls: [] });

function add(written: CompletedText, bit: TextChunk): void {
  written.text += bit.text;
  written.tokens += bit.tokens.length;
  written.ended = bit.ended ?? written.ended;
  if (bit.prompt) written.prompt = bit.prompt;
  if (bit.likelihoods) written.likelihoods.push(...bit.likelihoods);
  for (const { index, id, name, arguments: text } of bit.calls ?? []) {
    const call = (written.calls[index] ??= { id: "", name: "", arguments: "" });
    if (id !== undefined) call.id = id;
    if (name !== undefined) call.name = name;
    if (text !== undefined) call.arguments += text;
  }
}

/** The same chunks, with the first already received: an error before it can still be sent as a status. */
export async function awaitFirstChunk(
  bits: AsyncGenerator<StreamedTextChunk, void, void>,
): Promise<AsyncGenerator<StreamedTextChunk, void, void>> {
  const first = await bits.next();
  return rest(first, bits);
}
async function* rest(
  first: IteratorResult<StreamedTextChunk, void>,
  bits: AsyncGenerator<StreamedTextChunk, void, void>,
): AsyncGenerator<StreamedTextChunk, void, void> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* bits;
  } finally {
    await bits.return();
  }
}
