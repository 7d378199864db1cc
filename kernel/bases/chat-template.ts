/** The chat template that a base brings: `chat_template.jinja`, `chat_template.json`, or the field of tokenizer_config.json. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Its source; null: it brings none. Of several that are named, the one called `default`. */
export async function chatTemplateOf(folder: string): Promise<string | null> {
  const own = await readFile(join(folder, "chat_template.jinja"), "utf8").catch(() => null);
  if (own !== null) return own;
  for (const file of ["chat_template.json", "tokenizer_config.json"]) {
    const text = await readFile(join(folder, file), "utf8").catch(() => null);
    const template = text === null ? null : chosen(fieldOf(text));
    if (template !== null) return template;
  }
  return null;
}

function fieldOf(text: string): unknown {
  try {
    return (JSON.parse(text) as Readonly<Record<string, unknown>> | null)?.["chat_template"];
  } catch {
    return undefined; // a torn tokenizer_config.json only refines what tokenizer.json says
  }
}

function chosen(template: unknown): string | null {
  if (typeof template === "string") return template;
  if (!Array.isArray(template)) return null;
  const named = template as readonly { readonly name?: unknown; readonly template?: unknown }[];
  const one = named.find(({ name }) => name === "default")?.template;
  return typeof one === "string" ? one : null;
}
