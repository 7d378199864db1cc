/** YAML; the package is loaded on demand, since few sessions need it. */
import { createRequire } from "node:module";
import type * as yaml from "yaml";

const require = createRequire(import.meta.url);

/** Parses a text. Throws if it is not YAML. */
export function parseYaml(
  text: string,
  options: { readonly maxAliasCount: number; readonly logLevel?: "error" },
): unknown {
  return (require("yaml") as typeof yaml).parse(text, options);
}
