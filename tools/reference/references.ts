/** The publications that describe a word. */
import type { Word } from "#dsl/language/types/registry.js";
import { link } from "#kernel/display/markdown.js";

export function referencesText({ references = [] }: Word): string {
  if (references.length === 0) return "";
  return ["## References", "", ...references.map((r) => `- ${r.by}, ${r.year}: ${link(r.title, r.url)}`)].join("\n");
}
