/**
 * Converts a template of the vocabulary to Jinja, so that the training's template is deployed with the model, even if
 * its base has another or none. A Jinja template is accepted only if it renders the same conversations alike.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Message, SpecialTokenTexts } from "#stdlib/conversations/kind.js";
import type { ChatFormatToDeploy } from "#stdlib/targets/kind.js";
import { KNOWN_CHAT_TEMPLATES } from "#stdlib/targets/shared/ollama/templates.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";
import { parseJsonAs, jsonObject } from "../fetch/json.js";

const user = (content: string): Message => ({ role: "user", content });
const SAMPLES: readonly (readonly Message[])[] = [
  [user("Which way?")],
  [user('  It\'s "so"\n{{ now }} ')],
  [user("Which way?"), { role: "assistant", content: "To the left." }, user("And then?")],
  [{ role: "system", content: "Be brief." }, user("Which way?")],
  [{ role: "system", content: "Be brief." }, user("Why?"), { role: "assistant", content: "So." }, user("Oh?")],
];

/** Returns null if no known template renders alike. */
export async function jinjaTemplateOf(
  chat: Pick<ChatFormatToDeploy, "write">,
  specials: SpecialTokenTexts,
): Promise<string | null> {
  const texts = await chat.write(SAMPLES);
  const opening = specials.opening ? `{{ ${JSON.stringify(specials.opening)} }}` : "";
  for (const { jinja } of KNOWN_CHAT_TEMPLATES)
    for (const source of jinja === undefined ? [] : opening ? [jinja, opening + jinja] : [jinja])
      if (writesAlike(source, texts, specials)) return source;
  return null;
}

/** Conversations that the template refuses are skipped. */
function writesAlike(source: string, texts: readonly (string | null)[], specials: SpecialTokenTexts): boolean {
  const template = jinjaTemplate(source);
  return (
    texts.some((text) => text !== null) &&
    texts.every((text, i) => {
      if (text === null) return true;
      const pieces = template.render(SAMPLES[i]!, { specials, addGenerationPrompt: true });
      return !("refused" in pieces) && pieces.map((piece) => piece.text).join("") === text;
    })
  );
}

/**
 * Writes the template to all places next to the tokenizer where tools look for it; null: deletes it, so that no wrong
 * one is used.
 */
export async function writeChatTemplate(folder: string, source: string | null): Promise<void> {
  const settings = join(folder, "tokenizer_config.json");
  const json = parseJsonAs(await readFile(settings, "utf8"), jsonObject);
  const rest = Object.fromEntries(Object.entries(json).filter(([key]) => key !== "chat_template"));
  const ownSettings = source === null ? rest : { ...rest, chat_template: source };
  await writeFileAtomic(settings, `${JSON.stringify(ownSettings, null, 2)}\n`);
  for (const name of ["chat_template.jinja", "chat_template.json"]) await rm(join(folder, name), { force: true });
  if (source !== null) await writeFileAtomic(join(folder, "chat_template.jinja"), source);
}
