/** Facts that `sweep auto` found before its first trial, as one short table. */
import type { AutoReport, ExaminedData, ExaminedBase } from "../../../study/auto/auto.js";
import { FEW_VALIDATION_ROWS } from "../../../study/auto/rules.js";
import { displayOutputOf } from "../../bundle.js";
import { card, html, htmlTable, type HtmlPart, type DisplayOutput } from "../../html.js";
import { byteSizeText, clip, compactNumber, groupedNumber, plural } from "../../../host/value-text.js";
import { textTable } from "../../text-table.js";

const NAMED = 6;
const BASES = 8;
const LONG = 40;

/** Name, value and details. */
type Fact = readonly [name: string, value: string, more: string];

export function autoFactsView({ name, goal, looked }: Pick<AutoReport, "name" | "goal" | "looked">): DisplayOutput {
  const { direction, metric } = goal;
  const { data, task, rows, machine, bases } = looked;
  const title = `Sweep auto: ${clip(name, LONG)} on ${clip(data, LONG)}`;
  const facts: readonly Fact[] = [
    ["task", task, `by ${metric}, the ${direction === "maximize" ? "higher" : "lower"} the better`],
    ["rows", `${groupedNumber(rows.train)} train`, validatesOf(rows.validation)],
    ...labelsOf(looked),
    ...(looked.languages.length > 0 ? [["languages", looked.languages.join(", "), ""] as const] : []),
    ["machine", `${plural(machine.cores, "core")}, ${byteSizeText(machine.memoryBytes)}`, engineText(machine.engine)],
    ...bases.slice(0, BASES).map(baseFact),
    ...(bases.length > BASES ? [["", plural(bases.length - BASES, "more base"), ""] as const] : []),
  ];
  return displayOutputOf(
    [
      title,
      textTable(
        null,
        facts.map(([what, value, more]) => [what, more ? `${value}  (${more})` : value]),
      ),
    ].join("\n"),
    card(
      title,
      htmlTable({
        rows: facts.map(([what, value, more]): HtmlPart[] => [
          what,
          html`<b style="font-weight:600">${value}</b>${more && html` <span style="opacity:.72">${more}</span>`}`,
        ]),
      }),
    ),
  );
}

function validatesOf(rows: number): string {
  const few = rows < FEW_VALIDATION_ROWS ? ", so few that the choice of the best is partly chance" : "";
  return `${groupedNumber(rows)} for validation${few}; test rows are not used`;
}

/** An automatic choice is not displayed. */
const engineText = (engine: string): string => (engine === "auto" ? "" : engine);

function labelsOf({ labels, rows }: ExaminedData): readonly Fact[] {
  if (labels.length === 0) return [];
  const shares = labels.slice(0, NAMED).map(({ label, count: n }) => `${clip(label, LONG)} ${groupedNumber(n)}`);
  const rest = labels.slice(NAMED);
  const last = rest.at(-1);
  const named = last ? [...shares, `${plural(rest.length, "other")} down to ${groupedNumber(last.count)}`] : shares;
  const sets = labels.reduce((sum, one) => sum + one.count, 0) > rows.train;
  return [["labels", groupedNumber(labels.length), `${named.join(", ")}${sets ? "; a row may have several" : ""}`]];
}

function baseFact({ name, parameters, bytes: weights, lengths }: ExaminedBase): Fact {
  const size = `${compactNumber(parameters)} parameters, ${byteSizeText(weights)}`;
  const { median, p95, longest } = lengths ?? {};
  const lengthsText =
    median === undefined
      ? ""
      : `; tokens: half of the texts up to ${groupedNumber(median)}, 95 % up to ${groupedNumber(p95 ?? 0)}, the longest ${groupedNumber(longest ?? 0)}`;
  return ["base", clip(name, LONG), `${size}${lengthsText}`];
}
