/**
 * The template of a word of the vocabulary as everybody reads one (Jinja): what a model was trained by travels with it, also
 * where its base brings another template or none. One is taken only where it writes the same conversations alike.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Message, SpecialTexts } from "#stdlib/conversations/kind.js";
import type { DeployedChat } from "#stdlib/targets/kind.js";
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

/** Null: no known one writes as it does. */
export async function jinjaTemplateOf(
  chat: Pick<DeployedChat, "write">,
  specials: SpecialTexts,
): Promise<string | null> {
  const texts = await chat.write(SAMPLES);
  const opening = specials.opening ? `{{ ${JSON.stringify(specials.opening)} }}` : "";
  for (const { jinja } of KNOWN_CHAT_TEMPLATES)
    for (const source of jinja === undefined ? [] : opening ? [jinja, opening + jinja] : [jinja])
      if (writesAlike(source, texts, specials)) return source;
  return null;
}

/** What it refuses nobody asks. */
function writesAlike(source: string, texts: readonly (string | null)[], specials: SpecialTexts): boolean {
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

/** Beside a tokenizer, in all places where it is looked for; null: none is left there, so that nobody takes a wrong one. */
export async function writeChatTemplate(folder: string, source: string | null): Promise<void> {
  const settings = join(folder, "tokenizer_config.json");
  const json = parseJsonAs(await readFile(settings, "utf8"), jsonObject);
  const rest = Object.fromEntries(Object.entries(json).filter(([key]) => key !== "chat_template"));
  const ownSettings = source === null ? rest : { ...rest, chat_template: source };
  await writeFileAtomic(settings, `${JSON.stringify(ownSettings, null, 2)}\n`);
  for (const name of ["chat_template.jinja", "chat_template.json"]) await rm(join(folder, name), { force: true });
  if (source !== null) await writeFileAtomic(join(folder, "chat_template.jinja"), source);
}
