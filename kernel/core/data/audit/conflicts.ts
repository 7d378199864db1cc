/** Texts that stand several times with different labels: known by fingerprint first, told with their rows when they are read again. */
import type { Conflicts } from "#dsl/types/audit-facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import { Fingerprints } from "#stdlib/lib/fingerprints.js";
import { Growing } from "../growing.js";
import { rowName } from "../row-names.js";
import { eachRow, shown, type LookedRow, type Observer, type SplitRows } from "./rows.js";

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

  look(row: LookedRow): void {
    const label = labelOf(row);
    if (label === undefined) return;
    const number = this.numbers.get(label) ?? this.numbers.size;
    this.numbers.set(label, number);
    const text = this.texts.meet(textKey(row.values), this.labels.length);
    if (text === undefined) {
      this.labels.push(number);
      this.rows.push(1);
      return;
    }
    this.rows.values()[text]!++;
    if (this.labels.values()[text] !== number) this.odd.add(text);
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
        ...{ text, labels: [...labels].slice(0, NAMED), rows },
        of: { labels: labels.size, rows: count },
      }));
  }
}

function labelOf({ values }: LookedRow): string | undefined {
  const { label } = values;
  return label === null || label === undefined ? undefined : String(label as string);
}
