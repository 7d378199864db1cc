/**
 * What the page's window and its worker say to each other: requests `{ id, method, params }`, one answer to each, `{ id,
 * result }` or `{ id, error }`. Offsets are UTF-16.
 */
import type { Completion } from "#kernel/assist/answers.js";
import type { EditorFinding } from "#kernel/assist/answers.js";
import type { CarriedTokenizer } from "./packed-tokenizer.js";
import type { Signature } from "#dsl/assist/signature.js";

export interface Machine {
  readonly memoryBytes: number;
  readonly cores: number;
}
/** Told once, before anything is asked. */
export interface StartParams {
  readonly machine: Machine;
  /** By the hash of the base that each belongs to. */
  readonly tokenizers: Readonly<Record<string, CarriedTokenizer>>;
}
export interface GivenFile {
  readonly path: string;
  readonly text: string | Uint8Array;
}
/** A file of the page, as its list shows it. */
export interface FileLine {
  readonly path: string;
  readonly bytes: number;
  readonly is: "table" | "model" | "tokenizer" | "text";
  /** `987 rows: text, label, part`, or why it can't be read. */
  readonly about: string;
  readonly broken: boolean;
  /** Tune text that uses it. */
  readonly use: string | null;
}
export interface CheckResult {
  readonly findings: readonly EditorFinding[];
  /** Sentences about what is guessed here and known where it runs. */
  readonly notes: readonly string[];
  /** Bases whose texts are measured by a guess. */
  readonly unmeasured: readonly string[];
  /** Names of what is trained, in order; of data. */
  readonly trainings: readonly string[];
  readonly data: readonly string[];
  readonly milliseconds: number;
}
export interface TreeNode {
  readonly label: string;
  readonly detail: string;
  readonly from: number;
  readonly to: number;
  readonly children: readonly TreeNode[];
}
/** A phase of the compiler, drawn: HTML of the kernel's own cards, a tree, or plain text. */
export type DrawnPhase =
  | { readonly html: string }
  | { readonly tree: readonly TreeNode[] }
  | { readonly text: string }
  /** Why there is nothing to draw. */
  | { readonly none: string };
export type PhaseName = "tree" | "data" | "plan" | "graph" | "program";
export interface OutlineLine {
  readonly name: string;
  readonly is: string;
  readonly from: number;
}

export interface Methods {
  readonly start: { params: StartParams; result: { readonly bases: readonly string[] } };
  readonly machine: { params: Machine; result: null };
  /** All files there are from now on. */
  readonly files: { params: { readonly all: readonly GivenFile[] }; result: readonly FileLine[] };
  readonly check: { params: { readonly code: string }; result: CheckResult };
  readonly complete: { params: { readonly code: string; readonly offset: number }; result: Completion };
  readonly inspect: {
    params: { readonly code: string; readonly offset: number };
    result: { readonly start: number; readonly end: number; readonly markdown: string } | null;
  };
  readonly signature: { params: { readonly code: string; readonly offset: number }; result: Signature | null };
  readonly format: { params: { readonly code: string }; result: string | null };
  readonly outline: { params: { readonly code: string }; result: readonly OutlineLine[] };
  /** `name`: of the training or the data; null: the first. */
  readonly show: {
    params: { readonly code: string; readonly view: PhaseName; readonly name: string | null };
    result: DrawnPhase;
  };
}
export type Method = keyof Methods;
export type Request = {
  [M in Method]: { readonly id: number; readonly method: M; readonly params: Methods[M]["params"] };
}[Method];
export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };
