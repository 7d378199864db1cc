/** Data plans and files for tests, in a folder that is removed afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan, Call, Value } from "#dsl/language/types/value.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import { writeAnew } from "#tests/write-anew.js";

export function call(kind: string, word: string, given: Readonly<Record<string, Value>> = {}): Call {
  return { kind, word, arguments: given };
}

/** Marks all arguments as written, so that even a default value is not replaced by a detected one. */
export function writtenCall(word: string, given: Readonly<Record<string, Value>>): Call {
  return { ...call("source", word, given), held: Object.keys(given) };
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "tunebook-"));
  write(name: string, content: string | Uint8Array): string {
    writeAnew(join(this.path, name), content);
    return name;
  }
  world(live: Readonly<Record<string, unknown>> = {}): SourceContext {
    return { folder: this.path, live: (name) => live[name] };
  }
  plan(source: DataPlan["source"], more: Partial<DataPlan> = {}): DataPlan {
    return { ...empty, folder: this.path, source, ...more };
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const empty: DataPlan = {
  name: "d",
  folder: "",
  source: call("source", "csv"),
  columns: { text: "text", label: "label" },
  clean: [],
  split: null,
  labels: null,
  sample: null,
  seed: 0,
};

/** Returns the coded error that `work` throws; any other outcome fails the test. */
export async function codeOf(work: () => unknown): Promise<CodedError & { readonly data: Record<string, unknown> }> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CodedError) return error as unknown as CodedError & { readonly data: Record<string, unknown> };
    throw error;
  }
  throw new Error("no error came");
}
