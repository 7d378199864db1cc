/** A Tune session for tests: runs texts, records the outputs and returns the models. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { lentEngine } from "../engines/engines.js";

export class NotebookOfOne {
  readonly folder: string;
  readonly runs: string;
  readonly values = new Map<string, unknown>();
  readonly shown: DisplayOutput[] = [];
  /** Warnings shown before anything ran. */
  readonly warnings: Diagnostic[] = [];
  private cells = 0;
  readonly session: TuneSession;

  /** `beside`: another notebook in the same folder. */
  constructor(private readonly beside?: NotebookOfOne) {
    this.folder = beside?.folder ?? mkdtempSync(join(tmpdir(), "tunebook-test-"));
    this.runs = join(this.folder, "runs");
    this.session = new TuneSession({
      folder: this.folder,
      runs: this.runs,
      startEngine: lentEngine,
      names: {
        define: (name, value) => void this.values.set(name, value),
        remove: (name) => void this.values.delete(name),
      },
    });
  }

  /** Runs one cell; `live` holds the values of `$x`. */
  async run(
    text: string,
    o: { readonly signal?: AbortSignal; readonly live?: Readonly<Record<string, unknown>> } = {},
  ): Promise<readonly DisplayOutput[]> {
    this.cells += 1;
    const id = `cell ${this.cells}`;
    const from = this.shown.length;
    const screen = {
      display: (s: DisplayOutput) => void this.shown.push(s),
      update: (s: DisplayOutput) => void this.shown.push(s),
    };
    const { live = {} } = o;
    const hostContext = {
      ...plainHostContext(this.folder),
      live: (name: string) => (name in live ? { value: live[name] } : undefined),
      typescript: () => Object.keys(live),
      ...(o.signal ? { signal: o.signal } : {}),
    };
    await this.session.run(
      { id, title: id, text, cell: this.cells },
      { screen, hostContext, ...(o.signal ? { signal: o.signal } : {}) },
      (warnings) => void this.warnings.push(...warnings),
    );
    return this.shown.slice(from);
  }

  async close(): Promise<void> {
    await this.session.close();
    if (!this.beside) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For `assert.rejects`: passes if the error, or the diagnostics it consists of, have exactly these codes, in order. */
export const hasCodes =
  (...codes: readonly string[]) =>
  (error: unknown): true => {
    const { code, diagnostics } = error as { readonly code?: string; readonly diagnostics?: readonly Diagnostic[] };
    assert.deepEqual(diagnostics ? diagnostics.map((one) => one.code) : [code], codes);
    return true;
  };
