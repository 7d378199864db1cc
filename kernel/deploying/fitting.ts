/** Of the inputs for a model that writes those that it can be asked: its template writes them, and its positions have room for an answer. */
import type { DeployedChat } from "#stdlib/kinds/target.js";
import type { Turn } from "#stdlib/kinds/conversation.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Golden } from "./golden.js";

type Prompts = Extract<Golden, { is: "prompts" }>;

/** `positions`: tokens of a prompt and its answer together; Infinity where an encoder reads the prompt. */
export async function fitting(
  golden: Prompts,
  o: { readonly chat: DeployedChat | undefined; readonly tokenizer: Tokenizer; readonly positions: number },
): Promise<Prompts> {
  const most = Math.max(1, Math.min(golden.most, Math.floor(o.positions / 2)));
  const texts = await textsOf(golden, o.chat);
  const written = texts.map((text) => text ?? "");
  const tokens = o.chat
    ? (await o.tokenizer.encodePlaced(written)).map(({ ids }) => ids)
    : await o.tokenizer.encode(written, Number.MAX_SAFE_INTEGER);
  const inputs = golden.inputs.filter((_, i) => {
    const length = tokens[i]?.length ?? 0;
    return texts[i] !== null && length > 0 && length + most <= o.positions;
  });
  return { ...golden, inputs, most };
}

/** As the model is fed them; null: its template refuses. */
function textsOf({ inputs }: Prompts, chat: DeployedChat | undefined): Promise<readonly (string | null)[]> {
  if (!chat) return Promise.resolve(inputs.map((one) => (typeof one === "string" ? one : null)));
  const turns = inputs.map((one): readonly Turn[] =>
    typeof one === "string" ? [{ role: "user", content: one }] : one,
  );
  return chat.write(turns);
}
