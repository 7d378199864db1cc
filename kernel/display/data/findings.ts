/** What was found in a data set's rows: a sentence for each, its rows one click away, and what mends it. */
import type { Conflicts, Finding, FoundRow, NearTexts } from "#dsl/language/types/audit-facts.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { listed } from "#dsl/language/diagnostics/listed.js";
import { code, html, htmlTable, inked, note, tone, type Html, type Part } from "../html.js";
import { byRow } from "../../data/row/row-names.js";
import { clip, count, oneLine, percent, plural } from "../../host/text.js";

/** A finding as it is told. */
interface Told {
  /** `12 of 988 rows hold tags of HTML`. */
  readonly words: string;
  readonly mend: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that are listed by name, of all that there are. */
  readonly names: readonly string[];
  readonly of: number;
}

/** Empty: nothing was found, or nobody looked. `told`: codes of warnings that say it already, or that are allowed. */
export function foundOf({ audit }: DataFacts, told: readonly string[] = []): readonly Told[] {
  if (!audit) return [];
  const alike = told.includes("near-leak") ? [] : audit.near.map(near);
  const contradicting = audit.conflicts.texts > 0 && !told.includes("label-conflict");
  return [...alike, ...(contradicting ? [contradictions(audit.conflicts)] : []), ...(audit.findings ?? []).map(found)];
}

export function findingsText(told: readonly Told[]): readonly string[] {
  if (told.length === 0) return [];
  return ["", "worth a look:", ...told.map((one) => `  ${one.words} (${rowsOf(one)}): ${one.mend}`)];
}

export function findingsHtml(told: readonly Told[]): Html | false {
  if (told.length === 0) return false;
  return html`<div style="margin:6px 0 2px;opacity:.72">worth a look</div>
    ${told.map(
      (one): Part =>
        html`<details style="margin:0 0 4px">
          <summary style="cursor:pointer;${inked(tone.accent)}">${one.words}</summary>
          ${note(spelt(one.mend))} ${htmlTable({ head: one.head, rows: one.rows })}
          ${one.of > one.rows.length && note(`the first ${count(one.rows.length)} of ${count(one.of)}`)}
        </details>`,
    )}`;
}

/** What stands between backticks as code. */
function spelt(text: string): readonly Part[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? code(part) : part));
}

function rowsOf({ names, of }: Told): string {
  return `row${of === 1 ? "" : "s"} ${listed(names.toSorted(byRow), { most: 5, of })}`;
}

function found({ rows, of, says, mend, examples }: Finding): Told {
  const labelled = examples.some(({ label }) => label !== undefined);
  const cells = ({ row, split, text, label = "" }: FoundRow): string[] => [
    String(row),
    split,
    ...(labelled ? [clip(label, 40)] : []),
    text,
  ];
  return {
    words: `${count(rows)} of ${plural(of, "row")} ${says}`,
    mend,
    head: ["row", "split", ...(labelled ? ["label"] : []), "text"],
    rows: examples.map(cells),
    names: examples.map(({ row }) => String(row)),
    of: rows,
  };
}

function near({ split, rows, pairs }: NearTexts): Told {
  return {
    words: `${plural(rows, "text")} of ${split} ${rows === 1 ? "is" : "are"} nearly the same as a text that trains`,
    mend: "`drop_duplicates(similarity: 80%)` in `clean` drops them, a `group` keeps versions of one text in one split",
    head: ["row", "text", "alike", "trains", "text that trains"],
    rows: pairs.map(({ row, text, likeness, trained }) => [
      ...[String(row), clip(oneLine(text), 120), percent(likeness, 0), String(trained.row)],
      clip(oneLine(trained.text), 120),
    ]),
    names: pairs.map(({ row }) => String(row)),
    of: rows,
  };
}

function contradictions({ texts, rows, examples }: Conflicts): Told {
  const names = examples.flatMap((one) => one.rows.map(String));
  return {
    words: `${plural(rows, "row")} of ${plural(texts, "text")} contradict each other: one text, several labels`,
    mend: "`annotate` settles them row by row, `drop_duplicates` keeps the first of each",
    head: ["rows", "labels", "text"],
    rows: examples.map(({ text, labels, rows: own, of }) => [
      listed(own.map(String), { of: of?.rows ?? own.length }),
      listed(labels, { of: of?.labels ?? labels.length }),
      clip(oneLine(text), 160),
    ]),
    names,
    of: rows,
  };
}
