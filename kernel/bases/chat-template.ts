/** The chat template that a base brings: `chat_template.jinja`, `chat_template.json`, or the field of tokenizer_config.json. */
import { join } from "node:path";
import * as v from "valibot";
import { fields, like } from "../fetch/json.js";
import { recordOf, modelFileText } from "../tensors/model-file.js";

/** Its source; null: it brings none. Of several that are named, the one called `default`. Coded error `base-damaged`. */
export function chatTemplateOf(folder: string): string | null {
  const own = modelFileText(join(folder, "chat_template.jinja"));
  if (own !== null) return own;
  for (const file of ["chat_template.json", "tokenizer_config.json"]) {
    const template = chosen(recordOf(join(folder, file))?.["chat_template"]);
    if (template !== null) return template;
  }
  return null;
}

const isNamed = like(fields({ name: v.string(), template: v.string() }));
function chosen(template: unknown): string | null {
  if (typeof template === "string") return template;
  if (!Array.isArray(template)) return null;
  return template.filter(isNamed).find(({ name }) => name === "default")?.template ?? null;
}
