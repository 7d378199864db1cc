/** Browser replacement for kernel/bases/tokenizer.ts: the page's tokenizers with the kernel's interface. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type * as node from "#kernel/bases/tokenizer.js";
import { truncateWithSpecialTokens, encodePairWithSpecialTokens, removeSpecialTokens } from "#kernel/bases/framing.js";
import { checkTokenizer } from "#kernel/bases/tokenizer-file.js";
import { sha256 } from "#platform/digest.js";
import { parseConfig } from "../../world/bases.js";
import { disk } from "../../world/disk.js";
import { tokenizerFromFile } from "../../world/tokenizer.js";

/** Throws the coded errors `no-tokenizer`, `broken-tokenizer`, `unknown-tokenizer-part` and `base-damaged`. */
export const loadTokenizer: typeof node.loadTokenizer = async (folder) => {
  const [file, config] = [disk.find(`${folder}/tokenizer.json`), disk.find(`${folder}/config.json`)];
  if (!file) throw new CodedError("no-tokenizer", { folder });
  const settings = config ? parseConfig(config.path, config.bytes) : {};
  const { frame, mask, unknown, special, vocabulary, added } = checkTokenizer(file.path, file.bytes, settings, null);
  const named = new Map([...vocabulary, ...added].map(([token, id]) => [id, token]));
  const ids = new Map([...vocabulary, ...added]);
  return {
    ...tokenizerFromFile(file.path, file.bytes, settings),
    unknown,
    mask,
    special,
    spelling: null,
    longest: null,
    hash: sha256().update(file.bytes).end(),
    vocabulary: vocabulary.length,
    frame: frame.single,
    pairFrame: frame.pair.before.length + frame.pair.between.length + frame.pair.after.length,
    specials: { bos: "", eos: "", opening: "", all: [] },
    added: new Set(added.map(([, id]) => id)),
    cut: (row, most) => truncateWithSpecialTokens(row, frame.single, most),
    pair: (first, second, most) =>
      encodePairWithSpecialTokens(
        removeSpecialTokens(first, frame.single),
        removeSpecialTokens(second, frame.single),
        frame.pair,
        most,
      ),
    idOf: (token) => ids.get(token) ?? null,
    tokens: (row) => Array.from(row, (id) => named.get(id) ?? ""),
    encodePlaced: unasked,
    decode: unasked,
    spell: unasked,
  };
};

/** Tasks that need these functions are refused before any training (`trainable.ts`). */
const unasked = (): Promise<never> =>
  Promise.reject(new CodedError("internal", { what: "the page writes no text and knows no places in one" }));
