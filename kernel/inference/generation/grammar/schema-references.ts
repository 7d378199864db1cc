/** Resolves the references of a JSON schema, within its own document only. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

export type SchemaObject = Readonly<Record<string, unknown>>;

/** RFC 6901, section 4. */
const INDEX = /^(?:0|[1-9][0-9]{0,9})$/;

/** Follows own properties only, so that no name reaches a prototype. Throws `UnsupportedSchemaError`. */
export function resolveReference(document: SchemaObject, reference: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#"))
    throw new UnsupportedSchemaError("its `$ref` leads out of it");
  const [before, ...parts] = reference.slice(1).split("/");
  let found: unknown = document;
  // An anchor (`#name`) is not a JSON pointer.
  if (before !== "") throw nowhere(reference);
  for (const part of parts) {
    const name = nameIn(part);
    const follows = Array.isArray(found) ? INDEX.test(name) : isRecord(found);
    if (!follows || !Object.hasOwn(found as object, name)) throw nowhere(reference);
    found = (found as SchemaObject)[name];
  }
  return found;
}

/** Returns the object's own value under `name`; `undefined` for names of `Object.prototype`. */
export function ownPropertyValue<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function nowhere(reference: string): UnsupportedSchemaError {
  return new UnsupportedSchemaError(`its \`$ref\` ${JSON.stringify(reference)} leads nowhere`);
}

function nameIn(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    throw new UnsupportedSchemaError(`its \`$ref\` has ${JSON.stringify(part)}, which is not a valid name`);
  }
}

export function escapePointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
