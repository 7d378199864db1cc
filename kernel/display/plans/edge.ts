/** `show NAME.edge`: size, memory and time of an answer on small devices, and how small encoders that others trained would do there. */
import {
  fitting,
  memoryOn,
  precisions,
  RUNTIME,
  secondsOn,
  type Budget,
  type EdgeFigures,
  type Precision,
} from "../../edge/arithmetic.js";
import { devices, MICROCONTROLLER, MICROCONTROLLER_READS, type Device } from "../../edge/devices.js";
import { shownOf } from "../bundle.js";
import { card, htmlTable, note } from "../html.js";
import type { Shown } from "../bundle-output.js";
import { textTable } from "../text-table.js";
import { compact, count } from "../../host/text.js";

/** How far an estimate may be off, either way: what the arithmetic was found to be on machines where it was measured. */
export const WITHIN = 2.5;

export interface EdgeView {
  readonly model: EdgeFigures;
  readonly rivals: readonly EdgeFigures[];
  readonly budget: Budget;
  /** Tokens of the text, and of the longest one that it reads. */
  readonly length: number;
  readonly longest: number;
  /** This machine, where it was measured. */
  readonly here: Device | null;
}

export function edgeShown(view: EdgeView): Shown {
  const { model, rivals, budget, length, here } = view;
  const machines = [...devices, ...(here ? [here] : [])];
  const title = `${model.name} elsewhere: one text of ${count(length)} tokens`;
  const own = ownTable(model, machines, budget);
  const others = rivalsTable([model, ...rivals], machines, budget);
  const notes = notesOf(view);
  const text = [
    title,
    textTable(own.head, own.rows, own.align),
    `Which would answer within ${milliseconds(budget.time)}${budget.memory === undefined ? "" : ` in ${bytes(budget.memory)}`}, and rounded how; of what would not, the least of what is too much:`,
    textTable(others.head, others.rows, others.align),
    ...notes,
  ];
  return shownOf(
    text.join("\n"),
    card(
      title,
      htmlTable(own),
      note(text[2] ?? ""),
      htmlTable(others),
      notes.map((one) => note(one)),
    ),
  );
}

type Table = { readonly head: string[]; readonly rows: string[][]; readonly align: ("left" | "right")[] };

function ownTable(model: EdgeFigures, machines: readonly Device[], budget: Budget): Table {
  const facts = (what: string, of: (precision: Precision) => number): string[] => [
    what,
    ...precisions.map((p) => bytes(of(p))),
    "",
  ];
  const { writing } = model;
  return {
    head: ["", ...precisions, "fits as"],
    align: ["left", "right", "right", "right", "left"],
    rows: [
      facts("size of the files", (precision) => model.size[precision]),
      facts("memory while it answers", (precision) => memoryOn(model, precision)),
      ...machines.flatMap((device) => [
        [
          writing ? `${device.name}: the text is read` : device.name,
          ...precisions.map((precision) => milliseconds(secondsOn(device, model.reading, precision))),
          fitting(model, device, budget) ?? "no",
        ],
        ...(writing
          ? [
              [
                `${device.name}: a token is written`,
                ...precisions.map((p) => milliseconds(secondsOn(device, writing, p))),
                "",
              ],
            ]
          : []),
      ]),
    ],
  };
}

/** A row for each device, since they are more than the models. */
function rivalsTable(models: readonly EdgeFigures[], machines: readonly Device[], budget: Budget): Table {
  return {
    head: ["", ...models.map(({ name }) => name)],
    align: ["left", ...models.map(() => "right" as const)],
    rows: [
      ["parameters", ...models.map(({ parameters }) => compact(parameters))],
      ["size int8", ...models.map(({ size }) => bytes(size.int8))],
      ...machines.map((device) => [device.name, ...models.map((model) => fitsAs(model, device, budget))]),
    ],
  };
}

function fitsAs(model: EdgeFigures, device: Device, budget: Budget): string {
  const as = fitting(model, device, budget);
  if (as) return `${as}, ${milliseconds(secondsOn(device, model.reading, as))}`;
  const least = (of: (precision: Precision) => number): number => Math.min(...precisions.map(of));
  const time = least((precision) => secondsOn(device, model.reading, precision));
  const memory = least((precision) => memoryOn(model, precision));
  const over = [
    ...(time > budget.time ? [milliseconds(time)] : []),
    ...(memory > Math.min(budget.memory ?? device.room, device.room) ? [bytes(memory)] : []),
  ];
  return `no${over.length > 0 ? `: ${over.join(", ")}` : ""}`;
}

function notesOf({ model, here, length, longest }: EdgeView): readonly string[] {
  const least = Math.min(...precisions.map((precision) => model.size[precision]));
  return [
    `Estimates, within a factor of ${String(WITHIN)}: FLOPs of the products by what each device reached on an encoder of 145 tokens, or the bytes of the weights by half of its memory's bandwidth, whichever is longer. int4 saves bytes, not time: its weights are made floats as they are read.`,
    `Memory is the files, what is alive at once while a text is read, and ${bytes(RUNTIME)} that a runtime takes by itself.`,
    ...(length < longest
      ? [
          `Texts have ${count(length)} tokens on average; \`{ length: ${String(longest)} }\` says it of the longest that it reads.`,
        ]
      : []),
    "Measured (ncnn's benchmark, 26.1 GFLOP; https://github.com/Tencent/ncnn, benchmark/README.md, July 2026):",
    ...devices.map(({ name, like }) => `- ${name}: ${like}`),
    `Microcontrollers are left out, since none was measured with such a model: the largest hold ${bytes(MICROCONTROLLER)} beside their chip; this model takes ${bytes(least)} at least${least > MICROCONTROLLER ? "" : `, which they read in ${milliseconds(least / MICROCONTROLLER_READS)} before they compute anything`}.`,
    ...(here ? [] : ["`tunebook setup` measures this machine, which is then told beside them."]),
  ];
}

/** In the units in which budgets are written. */
function bytes(n: number): string {
  const mega = n / 1e6;
  return mega >= 1e3 ? `${(mega / 1e3).toFixed(1)} GB` : `${mega >= 10 ? mega.toFixed(0) : mega.toFixed(1)} MB`;
}

function milliseconds(seconds: number): string {
  const ms = seconds * 1e3;
  return ms >= 1e4
    ? `${(ms / 1e3).toFixed(0)} s`
    : ms >= 1e3
      ? `${(ms / 1e3).toFixed(1)} s`
      : `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
