/** YAML, whose package is loaded when there is some to read: few sessions have any. */
import { createRequire } from "node:module";
import type * as yaml from "yaml";

const require = createRequire(import.meta.url);

/** What a text says. Throws where it is no YAML. */
export function parseYaml(
  text: string,
  options: { readonly maxAliasCount: number; readonly logLevel?: "error" },
): unknown {
  return (require("yaml") as typeof yaml).parse(text, options);
}
