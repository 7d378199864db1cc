/** What may stand between a word's parentheses, and which of it is being written. */
import { describe } from "../language/types/shapes.js";
import type { Parameter, Registry } from "../language/types/registry.js";
import { defaultOf } from "./hover.js";
import { situationAt } from "./situation.js";

export interface Signature {
  /** `lora(rank: 8, alpha: 2 × rank, …)`. */
  readonly label: string;
  readonly doc: string;
  readonly parameters: readonly { readonly label: string; readonly doc: string }[];
  /** Place in `parameters`; undefined: none of them yet. */
  readonly active: number | undefined;
}

export function signatureAt(text: string, offset: number, registry: Registry): Signature | undefined {
  const typed = /[\p{ID_Start}_][\p{ID_Continue}]*$/u.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const at = situationAt(text, offset - typed.length, registry);
  const word = at.at === "argument" || at.at === "value" ? at.word : undefined;
  if (!word) return undefined;
  const parameters = word.parameters.filter((p) => !p.planned && !p.open);
  const labels = parameters.map((p) => `${p.name}: ${plain(p.required ? describe(p.type) : defaultOf(p))}`);
  const current = at.at === "value" ? at.parameter : parameters.find((p) => p.positional !== undefined);
  const active = parameters.findIndex((p) => p === current);
  return {
    label: `${word.name}(${labels.join(", ")})`,
    doc: word.doc,
    parameters: parameters.map((p, i) => ({ label: labels[i] ?? p.name, doc: docOf(p) })),
    active: active < 0 ? undefined : active,
  };
}

const plain = (text: string): string => text.replaceAll("`", "");
const docOf = (p: Parameter): string => [p.doc, ...(p.why === undefined ? [] : [p.why])].join(" ");
