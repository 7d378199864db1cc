/** Personal data of a text replaced: by its sort, by nothing, by a keyed hash, or by another's. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { asciiForms } from "../text/digits.js";
import type { Except } from "./exceptions.js";
import { findPersonal, type Own } from "./find.js";
import type { Entity, Finding } from "./finding.js";
import { canonical, Pseudonyms } from "./pseudonyms.js";
import type { Replacement } from "./replacements.js";

export interface Redaction {
  readonly entities: readonly Entity[];
  readonly own?: readonly Own[];
  /** Texts that stay, whatever they look like. */
  readonly except?: Except | undefined;
  readonly replacement: Replacement;
  /** Of `hash`. */
  readonly key?: string;
  /** Of `pseudonyms`. */
  readonly seed?: number;
}
export interface Redacted {
  readonly findings: readonly Finding[];
  readonly text: string;
}
/** Replaces in the texts of one document. */
export interface Redactor {
  (text: string): Redacted;
  /** What stands for a finding. */
  instead(finding: Finding): string;
}

/** Passes after which a text is left; each replaces what the one before brought together (`a` + `@b.org`). */
const most = 4;

/** @param document all its text: what its pseudonyms are drawn from */
export function redactor(how: Redaction, document: () => string): Redactor {
  let pseudonyms: Pseudonyms | undefined;
  const instead = (found: Finding): string => {
    const finding = { ...found, text: asciiForms(found.text) };
    if (how.replacement === "remove") return "";
    if (how.replacement === "pseudonyms")
      return (pseudonyms ??= new Pseudonyms(document(), how.seed ?? 42)).of(finding);
    const sort = finding.entity.toUpperCase();
    return how.replacement === "mask" ? `[${sort}]` : `[${sort}:${hashed(finding, how.key ?? "")}]`;
  };
  const redact = (text: string): Redacted => {
    const findings = findPersonal(text, how.entities, how.own, how.except);
    let now = replaced(text, findings, instead);
    // Pseudonyms are names again, and stay.
    for (let pass = 1; pass < most && findings.length > 0 && how.replacement !== "pseudonyms"; pass++) {
      const again = findPersonal(now, how.entities, how.own, how.except);
      if (again.length === 0) break;
      now = replaced(now, again, instead);
    }
    return { findings, text: now };
  };
  return Object.assign(redact, { instead });
}

function replaced(text: string, findings: readonly Finding[], instead: (finding: Finding) => string): string {
  if (findings.length === 0) return text;
  const parts: string[] = [];
  let after = 0;
  for (const finding of findings) {
    parts.push(text.slice(after, finding.start), instead(finding));
    after = finding.end;
  }
  parts.push(text.slice(after));
  return parts.join("");
}

const encoder = new TextEncoder();
/** 64 bits in letters: digits might be taken for a number again. */
function hashed({ entity, text }: Finding, key: string): string {
  const bytes = hmac(sha256, encoder.encode(key), encoder.encode(`${entity}\n${canonical(entity, text)}`));
  return Array.from(bytes.subarray(0, 8), (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}
