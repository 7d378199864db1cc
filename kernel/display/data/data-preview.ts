/**
 * The output of a `data` statement: rows read, retained and dropped, with reasons; effects of the cleaners; splits with
 * their labels; lengths; a few rows.
 */
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import { conversationText, parseMessages } from "../../data/rows/conversations.js";
import { dataLanguagesText } from "./languages.js";
import { cleanersHtml, cleanersText, withoutEmptyLastColumn } from "./cleaning.js";
import {
  card,
  html,
  htmlTable,
  readableColorStyle,
  note,
  svgImage,
  toneColors,
  type HtmlPart,
  type DisplayOutput,
} from "../html.js";
import { findingsHtml, findingsText, auditFindingsOf } from "./findings.js";
import { displayOutputOf } from "../bundle.js";
import { drawSmallHistogram } from "../svg/bars.js";
import { clipDistinct } from "../clip-differences.js";
import { alignPercentDecimals } from "../column.js";
import { cellText } from "../table.js";
import { barText, clip, groupedNumber, oneLine, formatPercent, plural, valueText } from "../../host/value-text.js";
import { textTable } from "../text-table.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

const mostLabels = 12;

/** `shownCodes`: codes of warnings that are displayed with it, or are allowed. */
export function dataPreview(
  plan: DataPlan,
  facts: DataFacts,
  sample: readonly Readonly<Record<string, unknown>>[],
  shownCodes: readonly string[] = [],
): DisplayOutput {
  const dropped = facts.dropped.map((d) => [
    d.why,
    groupedNumber(d.count),
    d.examples.length > 0 ? `rows ${listNames(d.examples.map(String), { most: 5, total: d.count })}` : "",
  ]);
  const why = withoutEmptyLastColumn(["dropped because", "rows", "such as"], dropped);
  const rows = countsOf(facts);
  const splits = labelTable(plan, facts);
  const lengths = lengthsOf(facts);
  const columns = sample.length > 0 ? Object.keys(sample[0]!) : [];
  const roles = new Map(Object.entries(plan.columns).map(([role, column]) => [column, role]));
  const title = `Data ${plan.name}`;
  const heads = columns.map((c) => {
    const role = roles.get(c) ?? c;
    return role === c ? c : `${c} (${role})`;
  });
  const cells = sample
    .slice(0, 5)
    .map((row) => columns.map((c) => clip(oneLine(cellText(seenAs(roles.get(c), row[c]))), 120)));
  const found = auditFindingsOf(facts, shownCodes);
  const barStyle = `${readableColorStyle(toneColors.accent)};letter-spacing:-.5px`;
  const notes = [...(facts.sources ?? []), ...(facts.notes ?? []), ...dataLanguagesText(facts)];
  return displayOutputOf(
    [
      `${title}: ${rows}`,
      sourceText(plan),
      ...(dropped.length > 0 ? ["", textTable(...why, ["left", "right", "left"])] : []),
      ...cleanersText(facts.cleaners ?? []),
      ...(splits.rows.length > 0
        ? [
            "",
            textTable(
              splits.head,
              splits.rows.map((row) => [...row.cells, barText(row.share)]),
              splits.align,
            ),
          ]
        : []),
      ...findingsText(found),
      ...(lengths ? ["", lengths.words] : []),
      ...(notes.length > 0 ? ["", ...notes] : []),
      ...(cells.length > 0
        ? [
            "",
            textTable(
              heads,
              cells.map((row) => row.map((c) => clip(c, 48))),
            ),
          ]
        : []),
    ].join("\n"),
    card(
      title,
      html`<div><b style="font-weight:600">${rows}</b> <span style="opacity:.72">from ${sourceText(plan)}</span></div>`,
      dropped.length > 0 && htmlTable({ head: why[0], rows: why[1], align: ["left", "right", "left"] }),
      cleanersHtml(facts.cleaners ?? []),
      splits.rows.length > 0 &&
        htmlTable({
          head: splits.head,
          rows: splits.rows.map((row): HtmlPart[] => [
            ...row.cells,
            html`<span style="${barStyle}">${barText(row.share)}</span>`,
          ]),
          align: splits.align,
        }),
      findingsHtml(found),
      lengths &&
        html`<div>${svgImage(lengths.svg, lengths.words, lengths.width, lengths.height)}</div>
          ${note(lengths.words)}`,
      ...notes.map((text) => note(text)),
      cells.length > 0 && htmlTable({ head: heads, rows: cells }),
    ),
  );
}

function countsOf({ rowsIn, kept: rowsKept, copies = 0 }: DataFacts): string {
  const originals = rowsKept - copies;
  const dropped = rowsIn > originals ? `, ${groupedNumber(rowsIn - originals)} dropped` : "";
  const repeated =
    copies > 0
      ? `, and ${plural(copies, "copy", "copies")} to even out the labels: ${groupedNumber(rowsKept)} in all`
      : "";
  return `${plural(rowsIn, "row")} in, ${groupedNumber(originals)} kept${dropped}${repeated}`;
}

/** Returns a conversation as text; any other value unchanged. */
function seenAs(role: string | undefined, value: unknown): unknown {
  return role === "messages" && typeof value === "string" && value.startsWith("[")
    ? conversationText(parseMessages(value))
    : value;
}

function sourceText({ source }: DataPlan): string {
  if (isCall(source)) return whence(source);
  return Object.entries(source as Readonly<Record<string, Call>>)
    .map(([split, call]) => `${split}: ${whence(call)}`)
    .join(", ");
}

/** Returns the source's word and its first argument; the plan shows the other options. */
function whence(call: Call): string {
  const what = Object.values(call.arguments).find((value) => value !== null && value !== undefined);
  return what === undefined
    ? call.word
    : `${call.word}(${typeof what === "string" ? JSON.stringify(redactedUrl(what)) : valueText(what)})`;
}

interface LabelTable {
  readonly head: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly share: number }[];
  readonly align: readonly ("left" | "right")[];
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

/**
 * Builds a table of labels, most frequent first and rare ones combined, with one column per split and a bar for the
 * label's share. The share is of the rows, or of the tags for token labels. With several labels per row shares exceed
 * 100 %, so the head says what they refer to.
 */
function labelTable({ columns }: DataPlan, facts: DataFacts): LabelTable {
  const splits = Object.entries(facts.splits);
  const role = (["label", "labels", "tags"] as const).find((one) => columns[one] !== undefined) ?? "label";
  const countOf = (split: SplitFacts, label: string): number => split.labels.find((l) => l.label === label)?.count ?? 0;
  const labelsOf = (split: SplitFacts): number => split.labels.reduce((sum, l) => sum + l.count, 0);
  const total = splits.reduce((sum, [, s]) => sum + (role === "tags" ? labelsOf(s) : s.rows), 0);
  const sums = facts.labels
    .map((label) => ({ label, counts: splits.map(([, s]) => countOf(s, label)) }))
    .sort((a, b) => sumOf(b.counts) - sumOf(a.counts));
  const rest = sums.slice(mostLabels);
  const often = sums.slice(0, mostLabels);
  const names = clipDistinct(
    // Quotes labels with spaces at an end, to make these visible.
    often.map(({ label }) => (label === label.trim() ? label : JSON.stringify(label))),
    40,
  );
  const shown = [
    ...often.map(({ counts }, i) => ({ name: names[i] ?? "", counts })),
    ...(rest.length > 0
      ? [
          {
            name: `and ${plural(rest.length, "more label")}`,
            counts: splits.map((_, i) => sumOf(rest.map(({ counts }) => counts[i] ?? 0))),
          },
        ]
      : []),
  ];
  const shares = shown.map(({ counts }) => (total > 0 ? sumOf(counts) / total : 0));
  const percents = alignPercentDecimals(shares.map((share) => (total > 0 ? formatPercent(share) : "")));
  const rows = shown.map(({ name, counts }, i) => ({
    cells: [name, ...counts.map(groupedNumber), percents[i] ?? ""],
    share: shares[i] ?? 0,
  }));
  const counted = (name: string, each: (split: SplitFacts) => number) => ({
    cells: [name, ...splits.map(([, s]) => groupedNumber(each(s))), ""],
    share: 0,
  });
  const all = {
    label: [counted("all", (s) => s.rows)],
    labels: [counted("rows", (s) => s.rows)],
    tags: [counted("all tags", labelsOf), counted("rows", (s) => s.rows)],
  }[role];
  const share = { label: "share", labels: "share of rows", tags: "share of tags" }[role];
  return {
    head: [facts.labels.length > 0 ? "label" : "rows", ...splits.map(([name]) => name), share, ""],
    rows: splits.length === 0 ? [] : [...rows, ...all],
    align: ["left", ...splits.map(() => "right" as const), "right", "left"],
  };
}

/** Token counts of all splits in one small histogram. */
function lengthsOf(facts: DataFacts): { svg: string; words: string; width: number; height: number } | null {
  const lengths = Object.values(facts.splits).flatMap((s) => (s.lengths ? [s.lengths] : []));
  const rows = Object.values(facts.splits).reduce((sum, s) => sum + (s.lengths ? s.rows : 0), 0);
  const step = lengths[0]?.step;
  if (step === undefined || rows === 0) return null;
  const bins = Array.from({ length: Math.max(...lengths.map((l) => l.counts.length)) }, (_, i) =>
    lengths.reduce((sum, l) => sum + (l.counts[i] ?? 0), 0),
  );
  const tokens = lengths.reduce((sum, l) => sum + l.total, 0);
  const longest = Math.max(...lengths.map((l) => l.longest));
  const words = `tokens in a row: ${(tokens / rows).toFixed(1)} on average, ${groupedNumber(longest)} at most, ${groupedNumber(tokens)} in all`;
  return { ...drawSmallHistogram(bins, step), words };
}
