/** `show NAME.edge`: size, memory and response time on small devices, compared with small pre-trained encoders. */
import {
  fittingPrecision,
  memoryBytesAtPrecision,
  precisions,
  RUNTIME_BYTES,
  secondsOnDevice,
  type EdgeBudget,
  type EdgeModelRequirements,
  type Precision,
} from "../../edge/arithmetic.js";
import { devices, MICROCONTROLLER_BYTES, MICROCONTROLLER_BYTES_PER_SECOND, type Device } from "../../edge/devices.js";
import { displayOutputOf } from "../bundle.js";
import { card, htmlTable, note, type DisplayOutput } from "../html.js";
import { textTable } from "../text-table.js";
import { compactNumber, groupedNumber } from "../../host/value-text.js";

/** Factor by which an estimate may be wrong in either direction, found by measurements on several machines. */
export const ESTIMATE_ERROR_FACTOR = 2.5;

export interface EdgeReport {
  readonly model: EdgeModelRequirements;
  readonly rivals: readonly EdgeModelRequirements[];
  readonly budget: EdgeBudget;
  /** Tokens of the text, and maximum length of the model. */
  readonly length: number;
  readonly longest: number;
  /** This machine, if it was measured. */
  readonly here: Device | null;
}

export function edgeReportView(view: EdgeReport): DisplayOutput {
  const { model, rivals, budget, length, here } = view;
  const machines = [...devices, ...(here ? [here] : [])];
  const title = `${model.name} elsewhere: one text of ${groupedNumber(length)} tokens`;
  const modelTable = ownTable(model, machines, budget);
  const others = rivalsTable([model, ...rivals], machines, budget);
  const notes = notesOf(view);
  const text = [
    title,
    textTable(modelTable.head, modelTable.rows, modelTable.align),
    `Devices that would predict within ${milliseconds(budget.time)}${budget.memory === undefined ? "" : ` in ${bytes(budget.memory)}`}, with their rounding; for the others, the smallest excess:`,
    textTable(others.head, others.rows, others.align),
    ...notes,
  ];
  return displayOutputOf(
    text.join("\n"),
    card(
      title,
      htmlTable(modelTable),
      note(text[2] ?? ""),
      htmlTable(others),
      notes.map((one) => note(one)),
    ),
  );
}

type Table = { readonly head: string[]; readonly rows: string[][]; readonly align: ("left" | "right")[] };

function ownTable(model: EdgeModelRequirements, machines: readonly Device[], budget: EdgeBudget): Table {
  const facts = (what: string, bytesOf: (precision: Precision) => number): string[] => [
    what,
    ...precisions.map((p) => bytes(bytesOf(p))),
    "",
  ];
  const { writing } = model;
  return {
    head: ["", ...precisions, "fits as"],
    align: ["left", "right", "right", "right", "left"],
    rows: [
      facts("size of the files", (precision) => model.size[precision]),
      facts("memory while it predicts", (precision) => memoryBytesAtPrecision(model, precision)),
      ...machines.flatMap((device) => [
        [
          writing ? `${device.name}: the text is read` : device.name,
          ...precisions.map((precision) => milliseconds(secondsOnDevice(device, model.reading, precision))),
          fittingPrecision(model, device, budget) ?? "no",
        ],
        ...(writing
          ? [
              [
                `${device.name}: a token is written`,
                ...precisions.map((p) => milliseconds(secondsOnDevice(device, writing, p))),
                "",
              ],
            ]
          : []),
      ]),
    ],
  };
}

/** One row per device, because there are more devices than models. */
function rivalsTable(models: readonly EdgeModelRequirements[], machines: readonly Device[], budget: EdgeBudget): Table {
  return {
    head: ["", ...models.map(({ name }) => name)],
    align: ["left", ...models.map(() => "right" as const)],
    rows: [
      ["parameters", ...models.map(({ parameters }) => compactNumber(parameters))],
      ["size int8", ...models.map(({ size }) => bytes(size.int8))],
      ...machines.map((device) => [device.name, ...models.map((model) => fitsAs(model, device, budget))]),
    ],
  };
}

function fitsAs(model: EdgeModelRequirements, device: Device, budget: EdgeBudget): string {
  const as = fittingPrecision(model, device, budget);
  if (as) return `${as}, ${milliseconds(secondsOnDevice(device, model.reading, as))}`;
  const least = (secondsOf: (precision: Precision) => number): number => Math.min(...precisions.map(secondsOf));
  const time = least((precision) => secondsOnDevice(device, model.reading, precision));
  const memory = least((precision) => memoryBytesAtPrecision(model, precision));
  const over = [
    ...(time > budget.time ? [milliseconds(time)] : []),
    ...(memory > Math.min(budget.memory ?? device.room, device.room) ? [bytes(memory)] : []),
  ];
  return `no${over.length > 0 ? `: ${over.join(", ")}` : ""}`;
}

function notesOf({ model, here, length, longest }: EdgeReport): readonly string[] {
  const least = Math.min(...precisions.map((precision) => model.size[precision]));
  return [
    `Estimates, within a factor of ${String(ESTIMATE_ERROR_FACTOR)}: FLOPs of the products at the speed of each device on an encoder of 145 tokens, or the bytes of the weights at half of its memory bandwidth, whichever takes longer. int4 saves bytes, not time: its weights are converted to floats when they are read.`,
    `Memory includes the files, the activations alive at once, and ${bytes(RUNTIME_BYTES)} for the runtime.`,
    ...(length < longest
      ? [
          `Texts have ${groupedNumber(length)} tokens on average; \`{ length: ${String(longest)} }\` shows the longest that the model reads.`,
        ]
      : []),
    "Measured (ncnn's benchmark, 26.1 GFLOP; https://github.com/Tencent/ncnn, benchmark/README.md, July 2026):",
    ...devices.map(({ name, like }) => `- ${name}: ${like}`),
    `Microcontrollers are not listed, since none was measured with such a model: the largest have ${bytes(MICROCONTROLLER_BYTES)} of external memory; this model takes ${bytes(least)} at least${least > MICROCONTROLLER_BYTES ? "" : `, which they read in ${milliseconds(least / MICROCONTROLLER_BYTES_PER_SECOND)} before they compute anything`}.`,
    ...(here ? [] : ["`tunebook setup` measures this machine, which is then listed too."]),
  ];
}

/** Uses the units of budgets. */
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
