/**
 * TensorBoard event files: TFRecords (length, masked CRC-32C of the length, bytes, masked CRC-32C of the bytes), each
 * with a protocol-buffer `Event`.
 */
import { PbfWriter } from "pbf";

export interface EventRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly step?: number;
  readonly what:
    | { readonly is: "version" }
    /** The run was resumed: earlier points of this step and later ones are discarded. */
    | { readonly is: "start" }
    | { readonly is: "values"; readonly values: readonly EventValue[] };
}
export type EventValue =
  | { readonly tag: string; readonly scalar: number }
  /** Text in Markdown. */
  | { readonly tag: string; readonly text: string }
  /** Data for a plugin. */
  | { readonly tag: string; readonly plugin: string; readonly content: Uint8Array };

const DT_FLOAT = 1;
const DT_STRING = 7;
/** `SessionLog.START`. */
const START = 1;

/** Returns the records as bytes, for a new file or to append. */
export function eventRecordBytes(events: readonly EventRecord[]): Uint8Array {
  const records = events.map(recordOf);
  const whole = new Uint8Array(records.reduce((sum, one) => sum + one.length, 0));
  let offset = 0;
  for (const one of records) {
    whole.set(one, offset);
    offset += one.length;
  }
  return whole;
}

function recordOf(event: EventRecord): Uint8Array {
  const bytes = bytesOf(event);
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(bytes), true);
  return record;
}

function bytesOf({ at: time, step = 0, what }: EventRecord): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, time / 1000);
  if (step !== 0) pbf.writeVarintField(2, step);
  if (what.is === "version") pbf.writeStringField(3, "brain.Event:2");
  else if (what.is === "start") pbf.writeMessage(7, (status, to) => to.writeVarintField(1, status), START);
  else
    pbf.writeMessage(
      5,
      (values, to) => {
        for (const one of values) to.writeMessage(1, writeValue, one);
      },
      what.values,
    );
  return pbf.finish().slice();
}

function writeValue(value: EventValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.tag);
  if ("scalar" in value) {
    pbf.writeFloatField(2, value.scalar);
    return;
  }
  pbf.writeMessage(8, "text" in value ? writeText : writeNothing, "text" in value ? value.text : "");
  const [plugin, content] = "text" in value ? ["text", new Uint8Array()] : [value.plugin, value.content];
  pbf.writeMessage(9, writeMetadata, [plugin, content]);
}
function writeText(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DT_STRING);
  pbf.writeMessage(2, () => undefined, null);
  pbf.writeStringField(8, text);
}
/** TensorBoard's own writer stores an empty tensor if the metadata contains everything. */
function writeNothing(_: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DT_FLOAT);
  pbf.writeMessage(2, () => undefined, null);
}
function writeMetadata([plugin, content]: readonly [string, Uint8Array], pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    (entry, to) => {
      to.writeStringField(1, entry[0]);
      to.writeBytesField(2, entry[1]);
    },
    [plugin, content] as const,
  );
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
/** Masks a checksum like TensorFlow. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
