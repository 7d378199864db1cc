/**
 * Texts that occur several times with different labels. They are found by fingerprint first; a second pass reads their
 * rows for the report.
 */
import type { LabelConflicts, AuditFinding } from "#dsl/language/types/audit-facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { rowTextKey } from "#stdlib/cleaners/shared/normal-form.js";
import { TextHashMap } from "#stdlib/text/fingerprints.js";
import { hasMaskedPersonalData } from "#stdlib/personal-data/masks.js";
import { GrowingArray } from "../rows/growing.js";
import { rowNameOf } from "../row/row.js";
import { ExampleCollector } from "./findings/examples.js";
import {
  forEachRow,
  modelInputText,
  rowExcerpt,
  type AuditedRow,
  type RowObserver,
  type AuditedSplits,
} from "./rows.js";

/** Maximum texts that are shown; all are counted. */
const SHOWN = 5;
/** Maximum labels and rows named in an example. */
const NAMED = 6;

interface Odd {
  readonly text: string;
  readonly labels: Set<string>;
  readonly rows: RowIdentifier[];
  count: number;
}

export class LabelConflictObserver implements RowObserver<Promise<LabelConflicts>> {
  private readonly texts = new TextHashMap();
  private readonly numbers = new Map<string, number>();
  /** Per distinct text: the index of its first label, and its number of rows. */
  private readonly labels = new GrowingArray(Int32Array);
  private readonly rows = new GrowingArray(Int32Array);
  private readonly odd = new Set<number>();
  constructor(
    private readonly all: AuditedSplits,
    private readonly signal?: AbortSignal,
  ) {}

  /** Rows whose text occurred in an earlier row. */
  private again = 0;
  /** Rows among `again` that contain masks of personal data. */
  private masked = 0;
  private looked = 0;

  /** Values of the previous row: a row that is repeated for `balance` directly follows itself. */
  private last: unknown = null;

  look(row: AuditedRow): void {
    if (row.values === this.last) return;
    this.last = row.values;
    const number = this.numberOf(labelOf(row));
    this.looked++;
    const text = this.texts.meet(rowTextKey(row.values), this.labels.length);
    if (text === undefined) {
      this.labels.push(number);
      this.rows.push(1);
      return;
    }
    this.again++;
    if (hasMaskedPersonalData(modelInputText(row.values))) this.masked++;
    this.rows.values()[text]!++;
    const first = this.labels.values()[text]!;
    if (number < 0) return;
    if (first < 0) this.labels.values()[text] = number;
    else if (first !== number) this.odd.add(text);
  }

  private numberOf(label: string | undefined): number {
    if (label === undefined) return -1;
    const number = this.numbers.get(label) ?? this.numbers.size;
    this.numbers.set(label, number);
    return number;
  }

  /** Rows whose text occurred earlier; texts with several labels are reported as contradictions instead. */
  async repeated(): Promise<readonly AuditFinding[]> {
    if (this.again === 0) return [];
    const counts = this.rows.values();
    const found = new ExampleCollector();
    const met = new Set<number>();
    const look = (row: AuditedRow, split: string): void => {
      const text = this.texts.known(rowTextKey(row.values));
      if (text === undefined || counts[text]! < 2) return;
      if (met.has(text)) found.add(row, split, modelInputText(row.values));
      met.add(text);
    };
    await forEachRow(this.all, look, this.signal);
    return [
      {
        what: "repeated",
        rows: this.again,
        of: this.looked,
        says: `with the text of an earlier row${this.masked === 0 ? "" : ` (${this.masked.toLocaleString("en-US")} with masks, so they may have differed before)`}`,
        mend: "`drop_duplicates` in `clean` keeps the first of each",
        examples: found.examples,
      },
    ];
  }

  async found(): Promise<LabelConflicts> {
    const rows = this.rows.values();
    return {
      texts: this.odd.size,
      rows: [...this.odd].reduce((sum, text) => sum + rows[text]!, 0),
      examples: this.odd.size === 0 ? [] : await this.examples(),
    };
  }

  /** Reads the rows again, because only the fingerprints of the conflicting texts are known by now. */
  private async examples(): Promise<LabelConflicts["examples"]> {
    const shownTexts = [...this.odd].sort((a, b) => a - b).slice(0, SHOWN);
    const found = new Map<number, Odd>();
    const look = (row: AuditedRow): void => {
      const label = labelOf(row);
      const text = label === undefined ? undefined : this.texts.known(rowTextKey(row.values));
      if (label === undefined || text === undefined || !shownTexts.includes(text)) return;
      const conflict = found.get(text) ?? { text: rowExcerpt(row), labels: new Set<string>(), rows: [], count: 0 };
      found.set(text, conflict);
      conflict.labels.add(label);
      conflict.count++;
      if (conflict.rows.length < NAMED) conflict.rows.push(rowNameOf(row));
    };
    await forEachRow(this.all, look, this.signal);
    return [...found]
      .sort(([a], [b]) => a - b)
      .map(([, { text, labels, rows, count }]) => ({
        text,
        labels: [...labels].slice(0, NAMED),
        rows,
        of: { labels: labels.size, rows: count },
      }));
  }
}

function labelOf({ values }: AuditedRow): string | undefined {
  const { label } = values;
  return label === null || label === undefined ? undefined : String(label as string);
}
