/**
 * Log-likelihood of each answer after each prompt: the sum of its tokens' log-probabilities, as in
 * lm-evaluation-harness's `acc` (no length normalization). The softmax over the answers then gives the probability of
 * each, given that it is one of them. A prompt is processed once for all its answers.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { toFloats } from "../../engines/feeds.js";
import { longestLength, type CachedPromptPrefix } from "./prompt-prefix.js";

/** Maximum number of logits computed at once, over all requested positions. */
const LOGITS = 2 ** 25;

export interface LikelihoodOptions {
  readonly vocabulary: number;
  /** Prompts per batch. */
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of prompts done and of all. */
  readonly onRows?: ((done: number, total: number) => void) | undefined;
}

/**
 * Returns for each prompt, which continues `begun`, the log-likelihood of each answer. Prompts and answers must not be
 * empty.
 */
export async function answerLogLikelihoods(
  begun: CachedPromptPrefix,
  prompts: readonly Int32Array[],
  answers: readonly Int32Array[],
  options: LikelihoodOptions,
): Promise<readonly Float32Array[]> {
  const likelihoods = new Array<Float32Array>(prompts.length);
  const order = Array.from(prompts.keys()).sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  const longest = longestLength(prompts) + longestLength(answers);
  const most = Math.floor(LOGITS / options.vocabulary / longestLength(answers));
  const size = Math.max(1, Math.min(options.batchSize, most));
  for (let start = 0; start < order.length; start += size) {
    options.signal?.throwIfAborted();
    const rows = order.slice(start, start + size);
    await begun.hold(rows.length, longest);
    const texts = rows.map((row) => mustExist(prompts[row], "a prompt"));
    const scored = await batch(begun, texts, answers, options);
    rows.forEach((row, i) => (likelihoods[row] = mustExist(scored[i], "the scores of a prompt")));
    options.onRows?.(Math.min(order.length, start + size), order.length);
  }
  return likelihoods;
}

async function batch(
  begun: CachedPromptPrefix,
  texts: readonly Int32Array[],
  answers: readonly Int32Array[],
  { vocabulary, signal }: LikelihoodOptions,
): Promise<readonly Float32Array[]> {
  const length = longestLength(texts);
  const firsts = texts.flatMap((_, row) => answers.map((answer) => row * vocabulary + answer[0]!));
  const places = texts.map((_, row) => (row + 1) * length - 1);
  const { likelihoods } = await begun.extend(texts, { places, picks: firsts }, ["likelihoods"]);
  const all = toFloats(likelihoods);
  const promptLikelihoods = texts.map((_, row) => all.slice(row * answers.length, (row + 1) * answers.length));
  for (const [number, answer] of answers.entries()) {
    if (answer.length === 1) continue;
    signal?.throwIfAborted();
    const fed = answer.length - 1;
    const positions = Array.from({ length: texts.length * fed }, (_, place) => place);
    const picks = positions.map((place) => place * vocabulary + answer[(place % fed) + 1]!);
    const more = await begun.after(texts, answer.subarray(0, fed), { places: positions, picks }, ["likelihoods"]);
    const each = toFloats(more.likelihoods);
    for (const [row, rowLikelihoods] of promptLikelihoods.entries())
      rowLikelihoods[number] =
        rowLikelihoods[number]! + each.subarray(row * fed, (row + 1) * fed).reduce((sum, one) => sum + one, 0);
  }
  return promptLikelihoods;
}
