/**
 * How likely a model finds each answer after each prompt: the sum of its tokens' log-probabilities, as lm-evaluation-harness's
 * `acc` compares them (no answer is weighed by its length), so that the softmax over the answers tells how likely each of
 * them is, given that it is one of them. A prompt is read once for all its answers.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import { floats } from "../../engines/feeds.js";
import { longestOf, type Begun } from "./prompt-prefix.js";

/** Logits that are made at once, over all places that are asked. */
const LOGITS = 2 ** 25;

export interface LikelihoodOptions {
  readonly vocabulary: number;
  /** Prompts at once. */
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch: prompts done, of all. */
  readonly onRows?: ((done: number, of: number) => void) | undefined;
}

/** Of each prompt, which goes on from `begun`, a log-likelihood for each answer. Neither a prompt nor an answer is empty. */
export async function likelihoodsOf(
  begun: Begun,
  prompts: readonly Int32Array[],
  answers: readonly Int32Array[],
  o: LikelihoodOptions,
): Promise<readonly Float32Array[]> {
  const said = new Array<Float32Array>(prompts.length);
  const order = Array.from(prompts.keys()).sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  const longest = longestOf(prompts) + longestOf(answers);
  const most = Math.floor(LOGITS / o.vocabulary / longestOf(answers));
  const size = Math.max(1, Math.min(o.batchSize, most));
  for (let at = 0; at < order.length; at += size) {
    o.signal?.throwIfAborted();
    const rows = order.slice(at, at + size);
    await begun.hold(rows.length, longest);
    const texts = rows.map((row) => must(prompts[row], "a prompt"));
    const scored = await batch(begun, texts, answers, o);
    rows.forEach((row, i) => (said[row] = must(scored[i], "what was said of a prompt")));
    o.onRows?.(Math.min(order.length, at + size), order.length);
  }
  return said;
}

async function batch(
  begun: Begun,
  texts: readonly Int32Array[],
  answers: readonly Int32Array[],
  { vocabulary, signal }: LikelihoodOptions,
): Promise<readonly Float32Array[]> {
  const length = longestOf(texts);
  const firsts = texts.flatMap((_, row) => answers.map((answer) => row * vocabulary + answer[0]!));
  const places = texts.map((_, row) => (row + 1) * length - 1);
  const { likelihoods } = await begun.extend(texts, { places, picks: firsts }, ["likelihoods"]);
  const all = floats(likelihoods);
  const said = texts.map((_, row) => all.slice(row * answers.length, (row + 1) * answers.length));
  for (const [number, answer] of answers.entries()) {
    if (answer.length === 1) continue;
    signal?.throwIfAborted();
    const fed = answer.length - 1;
    const asked = Array.from({ length: texts.length * fed }, (_, place) => place);
    const picks = asked.map((place) => place * vocabulary + answer[(place % fed) + 1]!);
    const more = await begun.after(texts, answer.subarray(0, fed), { places: asked, picks }, ["likelihoods"]);
    const each = floats(more.likelihoods);
    for (const [row, own] of said.entries())
      own[number] = own[number]! + each.subarray(row * fed, (row + 1) * fed).reduce((sum, one) => sum + one, 0);
  }
  return said;
}
