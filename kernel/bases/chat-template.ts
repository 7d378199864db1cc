/**
 * The chat template in a base's folder: `chat_template.jinja`, `chat_template.json`, or the field of
 * tokenizer_config.json.
 */
import { join } from "node:path";
import * as v from "valibot";
import { objectWith, schemaGuard } from "../fetch/json.js";
import { readModelJsonObject, readModelFileText } from "../tensors/model-file.js";

/** Its source; null if there is none. With several named ones, `default`. Coded error `base-damaged`. */
export function chatTemplateIn(folder: string): string | null {
  const ownTemplate = readModelFileText(join(folder, "chat_template.jinja"));
  if (ownTemplate !== null) return ownTemplate;
  for (const file of ["chat_template.json", "tokenizer_config.json"]) {
    const template = chosen(readModelJsonObject(join(folder, file))?.["chat_template"]);
    if (template !== null) return template;
  }
  return null;
}

const isNamed = schemaGuard(objectWith({ name: v.string(), template: v.string() }));
function chosen(template: unknown): string | null {
  if (typeof template === "string") return template;
  if (!Array.isArray(template)) return null;
  return template.filter(isNamed).find(({ name }) => name === "default")?.template ?? null;
}
