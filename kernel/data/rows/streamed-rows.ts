/** Rows of a split that are not in memory but read on demand. */
import type { RowColumn } from "#stdlib/tasks/kind.js";

export abstract class StreamedRows {
  /** Folder of the rows' files. */
  abstract readonly folder: string;
  abstract readonly name: string;
  abstract readonly rows: number;
  /** Label numbers in the order of the data's labels; null without the role `label`. */
  abstract readonly labels: Int32Array | null;
  /** Numbers of the rows in their source, from 1. */
  abstract readonly numbers: Int32Array;
  abstract has(role: string): boolean;
  /** Reads one role's values of rows `from` … `to` − 1 at once. */
  abstract values(role: string, from: number, to: number): unknown[];
}

/** Rows per read in a pass over all rows. */
const READ = 2048;

/**
 * Returns one role's values of all rows, read on demand; undefined without that role. `names`: labels by their number.
 */
export function streamedColumn(rows: StreamedRows, role: string, names: readonly string[]): RowColumn | undefined {
  if (!rows.has(role)) return undefined;
  const { labels } = rows;
  if (role === "label" && labels) return new LabelColumn(labels, names);
  return new StreamedColumn(rows, role);
}

class LabelColumn implements RowColumn {
  constructor(
    private readonly labels: Int32Array,
    private readonly names: readonly string[],
  ) {}
  get length(): number {
    return this.labels.length;
  }
  at(row: number): unknown {
    return this.names[this.labels[row] ?? -1];
  }
  *[Symbol.iterator](): Generator<unknown> {
    for (const label of this.labels) yield this.names[label];
  }
}

class StreamedColumn implements RowColumn {
  constructor(
    private readonly rows: StreamedRows,
    private readonly role: string,
  ) {}
  get length(): number {
    return this.rows.rows;
  }
  at(row: number): unknown {
    return this.rows.values(this.role, row, row + 1)[0];
  }
  *[Symbol.iterator](): Generator<unknown> {
    for (let from = 0; from < this.length; from += READ)
      yield* this.rows.values(this.role, from, Math.min(from + READ, this.length));
  }
}

/** Consecutive rows of a block, since reads take some thousand rows at once. */
const BLOCK = 2048;

export class EvenlySpacedRows extends StreamedRows {
  override readonly rows: number;
  private readonly starts: readonly number[];
  /** `most`: maximum rows, fewer than `all` has. */
  constructor(
    private readonly all: StreamedRows,
    most: number,
  ) {
    super();
    const blocks = Math.max(1, Math.floor(most / BLOCK));
    this.rows = Math.min(all.rows, blocks * BLOCK);
    const last = all.rows - Math.min(all.rows, BLOCK);
    this.starts = Array.from({ length: blocks }, (_, i) => Math.floor((last * i) / Math.max(1, blocks - 1)));
  }
  override get folder(): string {
    return this.all.folder;
  }
  override get name(): string {
    return this.all.name;
  }
  override get labels(): Int32Array | null {
    return this.all.labels && this.picked(this.all.labels);
  }
  override get numbers(): Int32Array {
    return this.picked(this.all.numbers);
  }
  override has(role: string): boolean {
    return this.all.has(role);
  }
  override values(role: string, from: number, to: number): unknown[] {
    return this.parts(from, to).flatMap(([start, end]) => this.all.values(role, start, end));
  }
  private picked(values: Int32Array): Int32Array {
    return Int32Array.from(this.parts(0, this.rows).flatMap(([start, end]) => Array.from(values.subarray(start, end))));
  }
  /** Returns the ranges in `all` of rows `from` … `to` − 1. */
  private parts(from: number, to: number): [number, number][] {
    const parts: [number, number][] = [];
    for (let position = from; position < to;) {
      const [block, within] = [Math.floor(position / BLOCK), position % BLOCK];
      const length = Math.min(BLOCK - within, to - position);
      const start = (this.starts[block] ?? 0) + within;
      parts.push([start, start + length]);
      position += length;
    }
    return parts;
  }
}
