/** Writes the rows of a pass to disk: each split's lines, and an index of their offsets. Memory: 16 bytes per row. */
import { closeSync, createReadStream, openSync, writeFileSync } from "node:fs";
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { AuditedRow, AuditedSplits } from "../audit/rows.js";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { rowJsonLine } from "../rows/line.js";
import type { RowSink } from "../pass/pass.js";
import { ROWS_PER_YIELD, addTextFromWords, type DataRow } from "../rows/rows.js";
import {
  StreamedIndexWriter,
  indexFilePath,
  parseRowLines,
  readFully,
  rowsFilePath,
  type StreamedDataMetadata,
} from "./streamed.js";
import { writeAllBytes } from "./number-file.js";

interface Output {
  readonly fd: number;
  readonly index: StreamedIndexWriter;
  pending: string[];
}

export class StreamedRowWriter implements RowSink, AuditedSplits {
  names: readonly string[] = [];
  private readonly outputs = new Map<string, Output>();
  constructor(
    private readonly folder: string,
    private readonly roles: readonly string[],
    /** Whether each split has its own source. */
    private readonly apart: boolean,
  ) {}

  keep(split: string, row: DataRow, label: number): void {
    const line = rowJsonLine(this.roles, row.values);
    const output = this.output(split);
    output.index.add(Buffer.byteLength(line), label, row.row);
    output.pending.push(line);
  }
  flush(): void {
    for (const output of this.outputs.values()) {
      if (output.pending.length > 0) writeAllBytes(output.fd, Buffer.from(output.pending.join("")));
      output.pending = [];
    }
  }
  rows(split: string): number {
    return this.outputs.get(split)?.index.rows ?? 0;
  }
  async *lines(split: string): AsyncGenerator<Uint8Array> {
    if (this.outputs.has(split))
      for await (const bytes of createReadStream(rowsFilePath(this.folder, split))) yield bytes as Buffer;
  }

  *chunks(split: string): Generator<readonly AuditedRow[]> {
    for (let from = 0; from < this.rows(split); from += ROWS_PER_YIELD)
      yield this.between(split, from, Math.min(this.rows(split), from + ROWS_PER_YIELD));
  }
  rowAt(split: string, index: number): AuditedRow {
    return mustExist(this.between(split, index, index + 1)[0], `row ${String(index)} of ${split}`);
  }

  private between(split: string, from: number, to: number): readonly AuditedRow[] {
    const { fd, index } = mustGet(this.outputs, split, "split");
    const { starts, numbers } = index;
    const bytes = Buffer.allocUnsafe(starts[to]! - starts[from]!);
    readFully(fd, bytes, starts[from]!, rowsFilePath(this.folder, split));
    return parseRowLines(bytes).map((values, i) => ({
      row: numbers[from + i]!,
      split: this.apart ? split : null,
      values: addTextFromWords(Object.fromEntries(this.roles.map((role, at) => [role, values[at]]))),
    }));
  }

  /** Writes the indices and returns the sizes of each split's file. `order`: final index of each label. */
  finish(names: readonly string[], order: Int32Array): StreamedDataMetadata["splits"] {
    this.names = names;
    for (const name of names)
      writeFileSync(indexFilePath(this.folder, name), this.output(name).index.file(order), {
        mode: PRIVATE_MODES.file,
      });
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
    let output = this.outputs.get(split);
    if (!output) {
      output = {
        fd: openSync(rowsFilePath(this.folder, split), "w+", PRIVATE_MODES.file),
        index: new StreamedIndexWriter(),
        pending: [],
      };
      this.outputs.set(split, output);
    }
    return output;
  }
}
