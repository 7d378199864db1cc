/** Where references of a schema lead: within their own document alone. */
import { isRecord } from "#dsl/diagnostics/record.js";
import { Unusable } from "./unusable.js";

export type Schema = Readonly<Record<string, unknown>>;

/** Throws `Unusable`. */
export function referredIn(document: Schema, reference: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#")) throw new Unusable("its `$ref` leads out of it");
  let found: unknown = document;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const name = nameIn(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isRecord(found) ? found[name] : Array.isArray(found) ? found[Number(name)] : undefined;
  }
  if (found === undefined) throw new Unusable(`its \`$ref\` ${JSON.stringify(reference)} leads nowhere`);
  return found;
}

function nameIn(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Unusable(`its \`$ref\` has ${JSON.stringify(part)}, which stands for no name`);
  }
}

/** A name as a part of a JSON pointer. */
export function pointed(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
