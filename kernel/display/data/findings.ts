/** Findings in a data set's rows: a sentence each, its rows in a folded table, and a fix. */
import type { LabelConflicts, AuditFinding, FindingRow, NearDuplicates } from "#dsl/language/types/audit-facts.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { code, html, htmlTable, readableColorStyle, note, toneColors, type Html, type HtmlPart } from "../html.js";
import { compareRowNames } from "../../data/row/row.js";
import { clip, groupedNumber, oneLine, formatPercent, plural } from "../../host/value-text.js";

/** A finding as displayed. */
interface Told {
  /** For example `12 of 988 rows hold tags of HTML`. */
  readonly words: string;
  readonly mend: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Names of the listed rows, and the total number of rows. */
  readonly names: readonly string[];
  readonly total: number;
}

/**
 * Empty if nothing was found or no audit ran. `shownCodes`: codes of warnings that report the same, or are allowed.
 */
export function auditFindingsOf({ audit }: DataFacts, shownCodes: readonly string[] = []): readonly Told[] {
  if (!audit) return [];
  const alike = shownCodes.includes("near-leak") ? [] : audit.near.map(near);
  const contradicting = audit.conflicts.texts > 0 && !shownCodes.includes("label-conflict");
  return [...alike, ...(contradicting ? [contradictions(audit.conflicts)] : []), ...(audit.findings ?? []).map(found)];
}

export function findingsText(findings: readonly Told[]): readonly string[] {
  if (findings.length === 0) return [];
  return ["", "check these:", ...findings.map((one) => `  ${one.words} (${rowsOf(one)}): ${one.mend}`)];
}

export function findingsHtml(findings: readonly Told[]): Html | false {
  if (findings.length === 0) return false;
  return html`<div style="margin:6px 0 2px;opacity:.72">check these</div>
    ${findings.map(
      (one): HtmlPart =>
        html`<details style="margin:0 0 4px">
          <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${one.words}</summary>
          ${note(spelt(one.mend))} ${htmlTable({ head: one.head, rows: one.rows })}
          ${one.total > one.rows.length && note(`the first ${groupedNumber(one.rows.length)} of ${groupedNumber(one.total)}`)}
        </details>`,
    )}`;
}

/** Formats text in backticks as code. */
function spelt(text: string): readonly HtmlPart[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? code(part) : part));
}

function rowsOf({ names, total }: Told): string {
  return `row${total === 1 ? "" : "s"} ${listNames(names.toSorted(compareRowNames), { most: 5, total })}`;
}

function found({ rows, of: total, says, mend, examples }: AuditFinding): Told {
  const labelled = examples.some(({ label }) => label !== undefined);
  const cells = ({ row, split, text, label = "" }: FindingRow): string[] => [
    String(row),
    split,
    ...(labelled ? [clip(label, 40)] : []),
    text,
  ];
  return {
    words: `${groupedNumber(rows)} of ${plural(total, "row")} ${says}`,
    mend,
    head: ["row", "split", ...(labelled ? ["label"] : []), "text"],
    rows: examples.map(cells),
    names: examples.map(({ row }) => String(row)),
    total: rows,
  };
}

function near({ split, rows, pairs }: NearDuplicates): Told {
  return {
    words: `${plural(rows, "text")} of ${split} ${rows === 1 ? "is" : "are"} nearly the same as a text that trains`,
    mend: "`drop_duplicates(similarity: 80%)` in `clean` drops them, a `group` puts versions of a text into the same split",
    head: ["row", "text", "alike", "trains", "text that trains"],
    rows: pairs.map(({ row, text, likeness, trained }) => [
      ...[String(row), clip(oneLine(text), 120), formatPercent(likeness, 0), String(trained.row)],
      clip(oneLine(trained.text), 120),
    ]),
    names: pairs.map(({ row }) => String(row)),
    total: rows,
  };
}

function contradictions({ texts, rows, examples }: LabelConflicts): Told {
  const names = examples.flatMap((one) => one.rows.map(String));
  return {
    words: `${plural(rows, "row")} of ${plural(texts, "text")} contradict each other: one text, several labels`,
    mend: "`annotate` decides row by row, `drop_duplicates` keeps the first of each",
    head: ["rows", "labels", "text"],
    rows: examples.map(({ text, labels, rows: exampleRows, of: counts }) => [
      listNames(exampleRows.map(String), { total: counts?.rows ?? exampleRows.length }),
      listNames(labels, { total: counts?.labels ?? labels.length }),
      clip(oneLine(text), 160),
    ]),
    names,
    total: rows,
  };
}
