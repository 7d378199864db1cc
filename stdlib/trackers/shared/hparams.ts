/**
 * Data for TensorBoard's HPARAMS page: the hyperparameters of a run, and the varied settings and metrics of a sweep.
 */
import { PbfWriter } from "pbf";
import type { TrackedSettingValue, TrackedRun, VariedSetting } from "../kind.js";
import type { EventValue } from "./event-file.js";

/** Version of the format. */
const VERSION = 0;
const TYPES = { string: 1, boolean: 2, number: 3 } as const;
const STATUS = { finished: 1, failed: 2 } as const;

export function sessionStartEvent(
  settings: Readonly<Record<string, TrackedSettingValue>>,
  { group, began }: { readonly group: string; readonly began: number },
): EventValue {
  const content = within(3, (pbf) => {
    for (const [name, value] of Object.entries(settings)) pbf.writeMessage(1, writeEntry, [name, value]);
    if (group !== "") pbf.writeStringField(4, group);
    pbf.writeDoubleField(5, began / 1000);
  });
  return { tag: "_hparams_/session_start_info", plugin: "hparams", content };
}

export function sessionEndEvent(as: keyof typeof STATUS, time: number): EventValue {
  const content = within(4, (pbf) => {
    pbf.writeVarintField(1, STATUS[as]);
    pbf.writeDoubleField(2, time / 1000);
  });
  return { tag: "_hparams_/session_end_info", plugin: "hparams", content };
}

export function experimentEvent(run: TrackedRun, metrics: readonly string[]): EventValue {
  const content = within(2, (pbf) => {
    pbf.writeStringField(1, run.experiment.notes);
    pbf.writeDoubleField(3, run.began / 1000);
    for (const one of run.varied) pbf.writeMessage(4, writeVaried, one);
    for (const tag of metrics) pbf.writeMessage(5, writeMetric, tag);
    pbf.writeStringField(6, run.name);
  });
  return { tag: "_hparams_/experiment", plugin: "hparams", content };
}

function within(field: number, write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  if (VERSION !== 0) pbf.writeVarintField(1, VERSION);
  pbf.writeMessage(field, (_, to) => write(to), null);
  return pbf.finish().slice();
}
function writeEntry([name, value]: readonly [string, TrackedSettingValue], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeAny, value);
}
/** `google.protobuf.Value`. */
function writeAny(value: TrackedSettingValue, pbf: PbfWriter): void {
  if (typeof value === "number") pbf.writeDoubleField(2, value);
  else if (typeof value === "string") pbf.writeStringField(3, value);
  else pbf.writeBooleanField(4, value);
}
function writeVaried({ path, is, between, options }: VariedSetting, pbf: PbfWriter): void {
  pbf.writeStringField(1, path);
  pbf.writeVarintField(4, is === "number" ? TYPES.number : TYPES.string);
  if (between)
    pbf.writeMessage(
      6,
      ([least, most], to) => {
        to.writeDoubleField(1, least);
        to.writeDoubleField(2, most);
      },
      between,
    );
  else if (options.length > 0)
    pbf.writeMessage(
      5,
      (values, to) => {
        for (const value of values) to.writeMessage(1, writeAny, value);
      },
      options,
    );
}
/** Writes a metric with this `tag` in each run of the sweep; the run's folder is the session. */
function writeMetric(tag: string, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name, to) => to.writeStringField(2, name), tag);
}
