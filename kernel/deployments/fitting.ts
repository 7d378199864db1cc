/**
 * Selects the golden prompts that a model can be run on: its template accepts them, and its positions suffice for a
 * response.
 */
import type { ChatFormatToDeploy } from "#stdlib/targets/kind.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { ModelPrompt } from "../inference/prompts.js";
import type { GoldenInputs } from "./golden.js";

type Prompts = Extract<GoldenInputs, { is: "prompts" }>;

/** Minimum number of prompts; short ones are added if the usual ones don't fit. */
const FEWEST = 4;
const SHORT: readonly ModelPrompt[] = ["no", "7", "?", "Hi"];

/**
 * `positions`: tokens of a prompt and its response together; Infinity if an encoder reads the prompt. If no prompt
 * fits, returns the length of the shortest in tokens.
 */
export async function promptsThatFit(
  golden: Prompts,
  options: { readonly chat: ChatFormatToDeploy | undefined; readonly tokenizer: Tokenizer; readonly positions: number },
): Promise<Prompts | { readonly shortest: number }> {
  const all = [...golden.inputs, ...SHORT];
  const texts = await textsOf(all, options.chat);
  const written = texts.map((text) => text ?? "");
  const tokens = options.chat
    ? (await options.tokenizer.encodePlaced(written)).map(({ ids }) => ids)
    : await options.tokenizer.encode(written, Number.MAX_SAFE_INTEGER);
  const lengths = texts.map((text, i) => (text === null ? 0 : (tokens[i]?.length ?? 0)));
  const shortest = Math.min(...lengths.filter((length) => length > 0));
  const room = options.positions - shortest;
  if (!(room >= 1)) return { shortest };
  const most = Math.max(1, Math.min(golden.most, Math.floor(options.positions / 2), room));
  const fit = (from: number, to: number): readonly ModelPrompt[] =>
    all.slice(from, to).filter((_, i) => {
      const length = lengths[from + i]!;
      return length > 0 && length + most <= options.positions;
    });
  const usual = fit(0, golden.inputs.length);
  const short = fit(golden.inputs.length, all.length).slice(0, Math.max(0, FEWEST - usual.length));
  return { ...golden, inputs: [...usual, ...short], most };
}

/** Returns the prompts as fed to the model; null if its template refuses one. */
function textsOf(
  inputs: readonly ModelPrompt[],
  chat: ChatFormatToDeploy | undefined,
): Promise<readonly (string | null)[]> {
  if (!chat) return Promise.resolve(inputs.map((one) => (typeof one === "string" ? one : null)));
  const conversations = inputs.map((one): readonly Message[] =>
    typeof one === "string" ? [{ role: "user", content: one }] : one,
  );
  return chat.write(conversations);
}
