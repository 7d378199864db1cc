/** Reports the effects of one cleaner: counts of changed and dropped rows, and the differences of the first ones. */
import type { CleanerEffect } from "#dsl/language/types/facts.js";
import { modelInputText } from "./audit/rows.js";
import { rowNameOf, type DataRow } from "./row/row.js";

type Example = CleanerEffect["examples"][number];

const EXAMPLES = 3;
/** Maximum displayed characters of a text, and of unchanged text before the difference. */
const CHARACTERS = 80;
const BEFORE = 20;

export class CleanerReport {
  private rows = 0;
  private readonly reasons = new Map<string, number>();
  private readonly notes = new Map<string, number>();
  private readonly examples: Example[] = [];

  /** `shown`: whether rows may be shown as they were before the cleaner. */
  constructor(
    private readonly word: string,
    private readonly shown: boolean,
  ) {}

  /** Returns an independent copy that continues from the present counts. */
  copy(): CleanerReport {
    const copy = new CleanerReport(this.word, this.shown);
    copy.rows = this.rows;
    for (const [why, count] of this.reasons) copy.reasons.set(why, count);
    for (const [why, count] of this.notes) copy.notes.set(why, count);
    copy.examples.push(...this.examples);
    return copy;
  }

  /** `row`: before the cleaner. */
  changed(row: DataRow, after: DataRow["values"]): void {
    this.rows++;
    if (!this.wanting) return;
    const role = Object.keys(after).find((one) => after[one] !== row.values[one]);
    if (role === undefined) return;
    const [before, now] = differing(textOf(row.values[role]), textOf(after[role]));
    this.examples.push({ row: rowNameOf(row), role, before, after: now });
  }

  /** `row`: before the cleaner. */
  dropped(row: DataRow, why: string): void {
    this.reasons.set(why, (this.reasons.get(why) ?? 0) + 1);
    if (!this.wanting) return;
    const role = ["text", "messages", "input", "question", "tokens"].find((one) => one in row.values) ?? "text";
    this.examples.push({
      row: rowNameOf(row),
      role,
      before: cut(modelInputText(row.values), 0, CHARACTERS),
      after: null,
    });
  }

  noted(why: string): void {
    this.notes.set(why, (this.notes.get(why) ?? 0) + 1);
  }

  found(): CleanerEffect {
    const counted = (reasonCounts: ReadonlyMap<string, number>) =>
      [...reasonCounts].map(([why, count]) => ({ why, count }));
    return {
      word: this.word,
      changed: this.rows,
      dropped: counted(this.reasons),
      ...(this.notes.size > 0 && { noted: counted(this.notes) }),
      examples: this.examples,
    };
  }

  private get wanting(): boolean {
    return this.shown && this.examples.length < EXAMPLES;
  }
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** Returns both texts from shortly before their first difference to shortly after the last one. */
function differing(before: string, after: string): readonly [before: string, after: string] {
  const shorter = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < shorter && before[begin] === after[begin]) begin++;
  let end = 0;
  while (end < shorter - begin && before.at(-1 - end) === after.at(-1 - end)) end++;
  const from = Math.max(0, begin - BEFORE);
  const excerptOf = (text: string): string => cut(text, from, text.length - Math.max(0, end - BEFORE));
  return [excerptOf(before), excerptOf(after)];
}

/** Does not split surrogate pairs. */
function cut(text: string, from: number, to: number): string {
  const end = Math.min(to, from + CHARACTERS);
  const part = text.slice(from, end).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/gu, "");
  return `${from > 0 ? "…" : ""}${part}${end < text.length ? "…" : ""}`;
}
