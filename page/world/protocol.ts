/**
 * Messages between the page's window and its worker: requests `{ id, method, params }`, each with one answer, `{ id,
 * result }` or `{ id, error }`. Offsets are UTF-16.
 */
import type { CompletionReply } from "#kernel/assist/answers.js";
import type { EditorFinding } from "#kernel/assist/answers.js";
import type { EmbeddedTokenizer } from "./packed-tokenizer.js";
import type { Signature } from "#dsl/assist/signature.js";

export interface Machine {
  readonly memoryBytes: number;
  readonly cores: number;
}
/** Sent once, before any request. */
export interface StartParams {
  readonly machine: Machine;
  /** Tokenizers by the hash of their base. */
  readonly tokenizers: Readonly<Record<string, EmbeddedTokenizer>>;
}
export interface GivenFile {
  readonly path: string;
  readonly text: string | Uint8Array;
}
/** An entry of the page's file list. */
export interface FileListEntry {
  readonly path: string;
  readonly bytes: number;
  readonly is: "table" | "model" | "tokenizer" | "text";
  /** For example `987 rows: text, label, part`, or why it cannot be read. */
  readonly about: string;
  readonly broken: boolean;
  /** Tune text that uses the file. */
  readonly use: string | null;
}
export interface CheckResult {
  readonly findings: readonly EditorFinding[];
  /** Sentences about values that the page estimates and the kernel knows exactly. */
  readonly notes: readonly string[];
  /** Bases whose token lengths are estimated. */
  readonly unmeasured: readonly string[];
  /** Names of the trainings, in order; `data`: names of the data. */
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
/** A view of a compiler phase: HTML of the kernel's own cards, a tree, or plain text. */
export type CompilerPhaseView =
  | { readonly html: string }
  | { readonly tree: readonly TreeNode[] }
  | { readonly text: string }
  /** Why there is nothing to draw. */
  | { readonly none: string };
export type CompilerPhaseName = "tree" | "data" | "plan" | "graph" | "program";
export interface OutlineLine {
  readonly name: string;
  readonly is: string;
  readonly from: number;
}

export interface PageWorkerMethods {
  readonly start: { params: StartParams; result: { readonly bases: readonly string[] } };
  readonly machine: { params: Machine; result: null };
  /** Replaces all files of the page. */
  readonly files: { params: { readonly all: readonly GivenFile[] }; result: readonly FileListEntry[] };
  readonly check: { params: { readonly code: string }; result: CheckResult };
  readonly complete: { params: { readonly code: string; readonly offset: number }; result: CompletionReply };
  readonly inspect: {
    params: { readonly code: string; readonly offset: number };
    result: { readonly start: number; readonly end: number; readonly markdown: string } | null;
  };
  readonly signature: { params: { readonly code: string; readonly offset: number }; result: Signature | null };
  readonly format: { params: { readonly code: string }; result: string | null };
  readonly outline: { params: { readonly code: string }; result: readonly OutlineLine[] };
  /** `name`: of the training or the data; null for the first. */
  readonly show: {
    params: { readonly code: string; readonly view: CompilerPhaseName; readonly name: string | null };
    result: CompilerPhaseView;
  };
}
export type PageWorkerMethodName = keyof PageWorkerMethods;
export type PageWorkerRequest = {
  [M in PageWorkerMethodName]: {
    readonly id: number;
    readonly method: M;
    readonly params: PageWorkerMethods[M]["params"];
  };
}[PageWorkerMethodName];
export type PageWorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
