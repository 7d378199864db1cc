/**
 * Applies people's decisions to the rows that are read. A row is assigned to a split by its source label, so that a
 * correction moves no row to another split. A row without a label takes part once it was annotated; until then it waits
 * separately.
 */
import { normalizedLabel } from "#dsl/compiler/checks/label-form.js";
import type { AnnotationFacts } from "#dsl/language/types/annotated-facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { Annotations, DataPlan } from "#dsl/language/types/value.js";
import { isEmptyValue } from "#stdlib/cleaners/drop_empty.js";
import { isTextOrMessagesRole } from "#stdlib/data/text-roles.js";
import type { RowCleaning } from "../rows/cleaning.js";
import { sortLabels } from "../rows/label-order.js";
import { rowNameOf, type DataRow } from "../row/row.js";
import { sha256 } from "#platform/digest.js";
import { isSameLabel, type AnnotationLabel, type ParsedAnnotationLines, type RowIdentity } from "./line.js";
import { rowIdentityKey, AnnotationVotes, type AnnotationVerdict } from "./resolved-decisions.js";

export interface AnnotatedRow extends RowIdentity {
  readonly row: RowIdentifier;
  /** Null: the row has no label yet. */
  readonly split: string | null;
  /** Cleaned texts, by role. */
  readonly texts: Readonly<Record<string, string>>;
  /** Label in the source, cleaned; null: none. */
  readonly before: AnnotationLabel | null;
  readonly verdict: AnnotationVerdict;
}
export interface AnnotatedRows {
  readonly rows: readonly AnnotatedRow[];
  /** Labels to choose from, including labels of the source that no row has any more. */
  readonly labels: readonly string[];
  readonly standing: AnnotationVotes;
}
interface Known extends RowIdentity {
  readonly before: AnnotationLabel | null;
}
interface Passing extends DataRow {
  readonly annotated?: Known;
}

export class AnnotationOverlay {
  private readonly identities = new Identities();
  private readonly standing: AnnotationVotes;
  private readonly rows: AnnotatedRow[] = [];
  private readonly known = new Set<string>();
  private readonly column: string;

  /** `looking`: cleans the rows that wait for a label, separately from the others. */
  constructor(
    private readonly plan: DataPlan,
    private readonly annotations: Annotations,
    private readonly lines: ParsedAnnotationLines,
    private readonly looking: RowCleaning,
  ) {
    this.column = plan.columns[annotations.role] ?? annotations.role;
    this.standing = new AnnotationVotes(lines.lines, this.column);
  }

  /** `row`: a row as read from the source. Returns null if it has no label yet. */
  read(row: DataRow): DataRow | null {
    const { role } = this.annotations;
    const identity = this.identities.identify(row.values);
    this.known.add(rowIdentityKey(identity));
    const before = labelIn(row.values[role]);
    const known = { ...identity, before };
    const passing: Passing = { ...row, annotated: known };
    if (before !== null) return passing;
    const verdict = this.standing.verdict(identity);
    if (verdict.is === "label") return { ...passing, values: { ...row.values, [role]: verdict.label } };
    this.wait(row, known, verdict);
    return null;
  }

  /** `row`: a clean row with its split. Returns the row for training; null if people dropped it. */
  place(row: DataRow, split: string): DataRow | null {
    const annotated = (row as Passing).annotated;
    if (!annotated) return row;
    const verdict = this.standing.verdict(annotated);
    // The source label is compared after cleaning, so that a trailing space makes no other label.
    const before = annotated.before === null ? null : labelIn(row.values[this.annotations.role]);
    this.rows.push({ ...annotated, ...this.describeRow(row), before, split, verdict });
    if (verdict.is === "drop") return null;
    return this.shown(row);
  }

  /** Returns the row with the label that people chose. */
  shown(row: DataRow): DataRow {
    const annotated = (row as Passing).annotated;
    const verdict = annotated && this.standing.verdict(annotated);
    if (verdict?.is !== "label") return row;
    return { ...row, values: { ...row.values, [this.annotations.role]: verdict.label } };
  }

  found(): { readonly facts: AnnotationFacts; readonly annotated: AnnotatedRows } {
    const { rows, standing } = this;
    const count = (fits: (row: AnnotatedRow) => boolean): number => rows.filter(fits).length;
    const by = new Map<string, number>();
    for (const row of rows)
      for (const { annotator } of standing.linesFor(row)) by.set(annotator, (by.get(annotator) ?? 0) + 1);
    let lost = 0;
    for (const [key, lines] of standing.decided()) if (!this.known.has(key)) lost += lines.length;
    const facts: AnnotationFacts = {
      file: this.annotations.file,
      rows: count((row) => standing.linesFor(row).length > 0),
      by: [...by].map(([annotator, rows]) => ({ annotator, rows })).sort((a, b) => b.rows - a.rows),
      changed: count(
        ({ before, verdict }) => before !== null && verdict.is === "label" && !isSameLabel(before, verdict.label),
      ),
      labelled: count(({ before, verdict }) => before === null && verdict.is === "label"),
      dropped: count(({ verdict }) => verdict.is === "drop"),
      waiting: count(({ before, verdict }) => before === null && (verdict.is === "none" || verdict.is === "tie")),
      ties: count(({ verdict }) => verdict.is === "tie"),
      lost,
      unread: this.lines.unread.length,
    };
    return { facts, annotated: { rows, standing, labels: this.plan.labels ?? this.labels() } };
  }

  /** Of labels that differ only in spelling, offers the most common one. */
  private labels(): readonly string[] {
    const counts = new Map<string, number>();
    for (const { before, verdict } of this.rows)
      for (const label of new Set([before ?? [], verdict.is === "label" ? verdict.label : []].flat()))
        counts.set(label, (counts.get(label) ?? 0) + 1);
    const offered = new Map<string, string>();
    for (const [label] of [...counts].sort((a, b) => b[1] - a[1])) {
      const form = normalizedLabel(label);
      if (!offered.has(form)) offered.set(form, label);
    }
    return sortLabels(offered.values());
  }

  /** Adds an unlabelled row, cleaned separately, so that it does not affect the cleaning of labelled rows. */
  private wait(row: DataRow, known: Known, verdict: AnnotationVerdict): void {
    const { role } = this.annotations;
    const placeholder = role === "labels" ? ["?"] : "?";
    const clean = this.looking.clean({ ...row, values: { ...row.values, [role]: placeholder } });
    if (clean) this.rows.push({ ...known, ...this.describeRow(clean), split: null, verdict });
  }

  private describeRow(row: DataRow): Pick<AnnotatedRow, "row" | "texts"> {
    const texts = Object.entries(row.values).filter(
      (entry): entry is [string, string] => isTextOrMessagesRole(entry[0]) && typeof entry[1] === "string",
    );
    return { row: rowNameOf(row), texts: Object.fromEntries(texts) };
  }
}

/** Returns null if the row has no label. An empty list of labels counts as a label. */
function labelIn(value: unknown): AnnotationLabel | null {
  return isEmptyValue(value) ? null : (value as AnnotationLabel);
}

/**
 * Identifies the row of a decision by the hash of its source texts and its index among rows with the same texts. A row
 * that moved, or whose file grew, keeps its identity; a row whose text changed is a new one.
 */
class Identities {
  private readonly seen = new Map<string, number>();

  /** Must be called for all rows in order, before cleaning. */
  identify(values: Readonly<Record<string, unknown>>): RowIdentity {
    const texts = Object.entries(values).filter(([role]) => isTextOrMessagesRole(role));
    texts.sort(([a], [b]) => (a < b ? -1 : 1));
    const text = sha256().update(JSON.stringify(texts)).end().slice(0, 32);
    const nth = (this.seen.get(text) ?? 0) + 1;
    this.seen.set(text, nth);
    return { text, nth };
  }
}
