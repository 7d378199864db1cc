/** Rows of a pass on disk: of each split its lines, and an index of where each begins. In memory are 16 bytes of a row. */
import { closeSync, createReadStream, openSync, writeFileSync } from "node:fs";
import { must, mustGet } from "#dsl/language/diagnostics/must.js";
import type { LookedRow, SplitRows } from "../audit/rows.js";
import { PRIVATE } from "../../fetch/private.js";
import { lineOf } from "../rows/line.js";
import type { Keeper } from "../pass/pass.js";
import { stride, withText, type Row } from "../rows/rows.js";
import { IndexWriter, indexFile, linesOf, readWhole, rowsFile, type StreamedMeta } from "./streamed.js";
import { writeAll } from "./number-file.js";

interface Output {
  readonly fd: number;
  readonly index: IndexWriter;
  pending: string[];
}

export class WrittenRows implements Keeper, SplitRows {
  names: readonly string[] = [];
  private readonly outputs = new Map<string, Output>();
  constructor(
    private readonly folder: string,
    private readonly roles: readonly string[],
    /** Whether each split has a source of its own. */
    private readonly apart: boolean,
  ) {}

  keep(split: string, row: Row, label: number): void {
    const line = lineOf(this.roles, row.values);
    const own = this.output(split);
    own.index.add(Buffer.byteLength(line), label, row.row);
    own.pending.push(line);
  }
  flush(): void {
    for (const own of this.outputs.values()) {
      if (own.pending.length > 0) writeAll(own.fd, Buffer.from(own.pending.join("")));
      own.pending = [];
    }
  }
  rows(split: string): number {
    return this.outputs.get(split)?.index.rows ?? 0;
  }
  async *lines(split: string): AsyncGenerator<Uint8Array> {
    if (this.outputs.has(split))
      for await (const bytes of createReadStream(rowsFile(this.folder, split))) yield bytes as Buffer;
  }

  *chunks(split: string): Generator<readonly LookedRow[]> {
    for (let from = 0; from < this.rows(split); from += stride)
      yield this.between(split, from, Math.min(this.rows(split), from + stride));
  }
  at(split: string, index: number): LookedRow {
    return must(this.between(split, index, index + 1)[0], `row ${String(index)} of ${split}`);
  }

  private between(split: string, from: number, to: number): readonly LookedRow[] {
    const { fd, index } = mustGet(this.outputs, split, "split");
    const { starts, numbers } = index;
    const bytes = Buffer.allocUnsafe(starts[to]! - starts[from]!);
    readWhole(fd, bytes, starts[from]!, rowsFile(this.folder, split));
    return linesOf(bytes).map((values, i) => ({
      row: numbers[from + i]!,
      split: this.apart ? split : null,
      values: withText(Object.fromEntries(this.roles.map((role, at) => [role, values[at]]))),
    }));
  }

  /** Writes the indices; the sizes of each split's file. `order`: the place of each label. */
  finish(names: readonly string[], order: Int32Array): StreamedMeta["splits"] {
    this.names = names;
    for (const name of names)
      writeFileSync(indexFile(this.folder, name), this.output(name).index.file(order), { mode: PRIVATE.file });
    const sizes = names.map((name) => {
      const { bytes, rows } = mustGet(this.outputs, name, "split").index;
      return [name, { bytes, rows }] as const;
    });
    return Object.fromEntries(sizes);
  }
  close(): void {
    for (const { fd } of this.outputs.values()) closeSync(fd);
  }

  private output(split: string): Output {
    let own = this.outputs.get(split);
    if (!own) {
      own = { fd: openSync(rowsFile(this.folder, split), "w+", PRIVATE.file), index: new IndexWriter(), pending: [] };
      this.outputs.set(split, own);
    }
    return own;
  }
}
