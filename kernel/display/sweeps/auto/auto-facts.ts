/** What `sweep auto` found before it tried anything, as one short table of facts. */
import type { AutoReport, Looked, LookedBase } from "../../../study/auto/auto.js";
import { FEW } from "../../../study/auto/rules.js";
import { shownOf } from "../../bundle.js";
import { card, html, htmlTable, type Part } from "../../html.js";
import type { Shown } from "../../bundle-output.js";
import { bytes, clip, compact, count, plural } from "../../../host/text.js";
import { textTable } from "../../text-table.js";

/** Labels that are named. */
const NAMED = 6;
/** Bases that are told of. */
const BASES = 8;
const LONG = 40;

/** Name, what is there, and more of it. */
type Fact = readonly [name: string, value: string, more: string];

export function lookedShown({ name, goal, looked }: Pick<AutoReport, "name" | "goal" | "looked">): Shown {
  const { direction, metric } = goal;
  const { data, task, rows, machine, bases } = looked;
  const title = `Sweep auto: ${clip(name, LONG)} on ${clip(data, LONG)}`;
  const facts: readonly Fact[] = [
    ["task", task, `by ${metric}, the ${direction === "maximize" ? "higher" : "lower"} the better`],
    ["rows", `${count(rows.train)} train`, validatesOf(rows.validation)],
    ...labelsOf(looked),
    ...(looked.languages.length > 0 ? [["languages", looked.languages.join(", "), ""] as const] : []),
    ["machine", `${plural(machine.cores, "core")}, ${bytes(machine.memoryBytes)}`, told(machine.engine)],
    ...bases.slice(0, BASES).map(baseFact),
    ...(bases.length > BASES ? [["", plural(bases.length - BASES, "more base"), ""] as const] : []),
  ];
  return shownOf(
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
        rows: facts.map(([what, value, more]): Part[] => [
          what,
          html`<b style="font-weight:600">${value}</b>${more && html` <span style="opacity:.72">${more}</span>`}`,
        ]),
      }),
    ),
  );
}

function validatesOf(rows: number): string {
  const few = rows < FEW ? ", so few that the best by them is partly one of chance" : "";
  return `${count(rows)} validate${few}; those of test are not looked at`;
}

/** Where the kernel chooses, its name says nothing. */
const told = (engine: string): string => (engine === "auto" ? "" : engine);

function labelsOf({ labels, rows }: Looked): readonly Fact[] {
  if (labels.length === 0) return [];
  const shares = labels.slice(0, NAMED).map(({ label, count: n }) => `${clip(label, LONG)} ${count(n)}`);
  const rest = labels.slice(NAMED);
  const last = rest.at(-1);
  const named = last ? [...shares, `${plural(rest.length, "other")} down to ${count(last.count)}`] : shares;
  const sets = labels.reduce((sum, one) => sum + one.count, 0) > rows.train;
  return [["labels", count(labels.length), `${named.join(", ")}${sets ? "; a row may have several" : ""}`]];
}

function baseFact({ name, parameters, bytes: weights, lengths }: LookedBase): Fact {
  const size = `${compact(parameters)} parameters, ${bytes(weights)}`;
  const { median, p95, longest } = lengths ?? {};
  const told =
    median === undefined
      ? ""
      : `; tokens: half of the texts up to ${count(median)}, 95 % up to ${count(p95 ?? 0)}, the longest ${count(longest ?? 0)}`;
  return ["base", clip(name, LONG), `${size}${told}`];
}
