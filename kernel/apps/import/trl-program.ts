/** Calls of a Python program besides the trainer's own arguments: tokenizer, template, adapter, quantised weights. */
import { ignoreTrainerSettings } from "./ignored-settings.js";
import type { ToolSettings } from "./settings.js";
import { findImplementedWord } from "./words.js";

/** Tokenizers are read with the base; one of another name is listed as not carried over. */
export function readTokenizerSettings(s: ToolSettings, base: ToolSettings, trainer: ToolSettings): void {
  if (!s.names().includes("AutoTokenizer.from_pretrained")) return;
  const tokenizerCall = s.inner("AutoTokenizer.from_pretrained");
  const keys = ["0", "pretrained_model_name_or_path", "model_name"];
  const given = (part: ToolSettings, names: readonly string[]): unknown =>
    names.map((key) => part.value(key)).find((one) => one !== undefined);
  const mine = JSON.stringify(given(tokenizerCall, keys));
  const same = [given(base, keys), given(trainer, ["model", "0"])].some((one) => JSON.stringify(one) === mine);
  for (const key of keys)
    if (same) tokenizerCall.consume(key);
    else tokenizerCall.leave(key, "the base's own tokenizer is used");
  if (tokenizerCall.lowerText("padding_side") === "left")
    tokenizerCall.leave("padding_side", "rows are padded at their end");
  ignoreTrainerSettings(tokenizerCall);
}

/** Template that Unsloth's helper gives a tokenizer, if it is supported and rows are conversations. */
export function templateFrom(s: ToolSettings, chats: boolean): string | undefined {
  const helper = s.inner("get_chat_template");
  helper.consume("0", "tokenizer");
  const templateName = helper.text("chat_template") ?? helper.text("1");
  const why = chats
    ? "the template is not known; the base's own is used"
    : "rows are plain texts; of conversations write `template: …`";
  const word =
    templateName === undefined || !chats
      ? undefined
      : findImplementedWord("template", templateName.replace(/^llama-3$/, "llama3"));
  if (!word) for (const key of ["chat_template", "1"]) helper.leave(key, why);
  helper.leave("mapping", "set the roles in `columns`: `messages: turns(messages, role: from, content: value)`");
  return word?.name;
}

/** PEFT's own call; its configuration has the adapter's settings. */
export function consumeAdapterCall(s: ToolSettings): void {
  if (s.names().includes("get_peft_model")) s.inner("get_peft_model").consume("0", "1", "model", "peft_config");
}

/** Weights in four bits as bitsandbytes rounds them, with or without quantised scales. */
export function fourBitStorageOf(stored: ToolSettings): string {
  const kind = stored.lowerText("bnb_4bit_quant_type");
  if (kind !== undefined && kind !== "nf4")
    stored.leave("bnb_4bit_quant_type", "weights are stored as NormalFloat (nf4)");
  stored.ignore("the recipe's `precision` sets the number format of computation", "bnb_4bit_compute_dtype");
  return stored.switched("bnb_4bit_use_double_quant") === false ? "nf4(double_quantization: false)" : "nf4";
}
