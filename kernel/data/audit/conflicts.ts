/** Texts that stand several times with different labels: known by fingerprint first, told with their rows when they are read again. */
import type { Conflicts, Finding } from "#dsl/language/types/audit-facts.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { textKey } from "#stdlib/cleaners/shared/normal-form.js";
import { Fingerprints } from "#stdlib/text/fingerprints.js";
import { isMasked } from "#stdlib/personal-data/masks.js";
import { Growing } from "../rows/growing.js";
import { rowName } from "../row/row-names.js";
import { Examples } from "./findings/examples.js";
import { eachRow, readIn, shown, type LookedRow, type Observer, type SplitRows } from "./rows.js";

/** Texts that are told; all are counted. */
const SHOWN = 5;
/** Labels and rows that an example names. */
const NAMED = 6;

interface Odd {
  readonly text: string;
  readonly labels: Set<string>;
  readonly rows: RowName[];
  count: number;
}

export class Contradictions implements Observer<Promise<Conflicts>> {
  private readonly texts = new Fingerprints();
  private readonly numbers = new Map<string, number>();
  /** Of each text the number of its first label, and its rows. */
  private readonly labels = new Growing(Int32Array);
  private readonly rows = new Growing(Int32Array);
  private readonly odd = new Set<number>();
  constructor(
    private readonly all: SplitRows,
    private readonly signal?: AbortSignal,
  ) {}

  /** Rows whose text another row has before them. */
  private again = 0;
  /** Of them: with masks of personal data. */
  private masked = 0;
  private looked = 0;

  /** Of the row before: one that trains several times (`balance`) stands behind itself. */
  private last: unknown = null;

  look(row: LookedRow): void {
    if (row.values === this.last) return;
    this.last = row.values;
    const number = this.numberOf(labelOf(row));
    this.looked++;
    const text = this.texts.meet(textKey(row.values), this.labels.length);
    if (text === undefined) {
      this.labels.push(number);
      this.rows.push(1);
      return;
    }
    this.again++;
    if (isMasked(readIn(row.values))) this.masked++;
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

  /** Rows whose text stands before them already; those of several labels are told as contradictions. */
  async repeated(): Promise<readonly Finding[]> {
    if (this.again === 0) return [];
    const counts = this.rows.values();
    const found = new Examples();
    const met = new Set<number>();
    const look = (row: LookedRow, split: string): void => {
      const text = this.texts.known(textKey(row.values));
      if (text === undefined || counts[text]! < 2) return;
      if (met.has(text)) found.add(row, split, readIn(row.values));
      met.add(text);
    };
    await eachRow(this.all, look, this.signal);
    return [
      {
        what: "repeated",
        rows: this.again,
        of: this.looked,
        says: `with the text of a row before them${this.masked === 0 ? "" : ` (${this.masked.toLocaleString("en-US")} with masks, where they may have differed)`}`,
        mend: "`drop_duplicates` in `clean` keeps the first of each",
        examples: found.examples,
      },
    ];
  }

  async found(): Promise<Conflicts> {
    const rows = this.rows.values();
    return {
      texts: this.odd.size,
      rows: [...this.odd].reduce((sum, text) => sum + rows[text]!, 0),
      examples: this.odd.size === 0 ? [] : await this.examples(),
    };
  }

  /** Which texts are odd is known by now; what stands in them isn't any more. */
  private async examples(): Promise<Conflicts["examples"]> {
    const told = [...this.odd].sort((a, b) => a - b).slice(0, SHOWN);
    const found = new Map<number, Odd>();
    const look = (row: LookedRow): void => {
      const label = labelOf(row);
      const text = label === undefined ? undefined : this.texts.known(textKey(row.values));
      if (label === undefined || text === undefined || !told.includes(text)) return;
      const own = found.get(text) ?? { text: shown(row), labels: new Set<string>(), rows: [], count: 0 };
      found.set(text, own);
      own.labels.add(label);
      own.count++;
      if (own.rows.length < NAMED) own.rows.push(rowName(row));
    };
    await eachRow(this.all, look, this.signal);
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

function labelOf({ values }: LookedRow): string | undefined {
  const { label } = values;
  return label === null || label === undefined ? undefined : String(label as string);
}
