/** Signature help: the parameters of a word, and the one being written. */
import { describeType } from "../language/types/shapes.js";
import type { Parameter, Registry } from "../language/types/registry.js";
import { defaultText } from "./hover.js";
import { cursorContextAt } from "./situation.js";

export interface Signature {
  /** Signature as displayed: `lora(rank: 8, alpha: 2 × rank, …)`. */
  readonly label: string;
  readonly doc: string;
  readonly parameters: readonly { readonly label: string; readonly doc: string }[];
  /** Index in `parameters`; undefined if none is being written yet. */
  readonly active: number | undefined;
}

export function signatureAt(text: string, offset: number, registry: Registry): Signature | undefined {
  const typed = /[\p{ID_Start}_][\p{ID_Continue}]*$/u.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const cursor = cursorContextAt(text, offset - typed.length, registry);
  const word = cursor.kind === "argument" || cursor.kind === "value" ? cursor.word : undefined;
  if (!word) return undefined;
  const parameters = word.parameters.filter((p) => !p.planned && !p.open);
  const labels = parameters.map((p) => `${p.name}: ${plain(p.required ? describeType(p.type) : defaultText(p))}`);
  const current = cursor.kind === "value" ? cursor.parameter : parameters.find((p) => p.positional !== undefined);
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
