/**
 * Writes a standalone model as bytes. Weights are generated one after the other, so that they are never all in memory.
 * What would make the file too large for the format (2 GB) goes into a second file next to it, which the first one
 * names.
 */
import { PbfWriter } from "pbf";
import type { StandaloneGraph, LazyWeight } from "./standalone.js";
import {
  IR_VERSION,
  MICROSOFT_DOMAIN,
  OPSET,
  ONNX_TYPES,
  writeNode,
  writeOpset,
  writePort,
  writeTensor,
  type OnnxDType,
} from "./proto.js";

/** Bytes per element; types below one byte pack two elements per byte. */
const BYTES: Readonly<Record<OnnxDType, number>> = {
  f32: 4,
  u8: 1,
  i8: 1,
  u16: 2,
  i32: 4,
  i64: 8,
  bool: 1,
  f16: 2,
  f64: 8,
  u32: 4,
  bf16: 2,
};
/** Below the 2 GiB limit of a message, with a reserve for the graph itself. */
const MOST = 2 ** 31 - 2 ** 26;

export interface ModelFile {
  /** Total bytes of both files. */
  readonly size: number;
  model(): AsyncIterable<Uint8Array>;
  /** The second file; null if there is none. */
  readonly data: (() => AsyncIterable<Uint8Array>) | null;
}

/** `beside`: name of the second file, if needed. `most`: maximum bytes of weights in the first file. */
export function modelFile(graph: StandaloneGraph, beside: string, most: number = MOST): ModelFile {
  const sizes = graph.weights.map(bytesOf);
  const size = sizes.reduce((a, b) => a + b, 0);
  const apart = size > most;
  let position = 0;
  const places = sizes.map((length) => {
    const offset = position;
    position += Math.ceil(length / ALIGNED) * ALIGNED;
    return { location: beside, offset, length };
  });
  const heads = graph.weights.map((weight, i) => weightHead(weight, apart ? places[i]! : null, sizes[i]!));
  const rest = finish((pbf) => writeRest(graph, pbf));
  const inside = heads.reduce((n, head, i) => n + head.length + (apart ? 0 : sizes[i]!), rest.length);
  const head = finish((pbf) => {
    pbf.writeVarintField(1, IR_VERSION);
    pbf.writeStringField(2, "tunebook");
    pbf.writeMessage(8, writeOpset, ["", OPSET]);
    if (graph.nodes.some(({ domain }) => domain === MICROSOFT_DOMAIN))
      pbf.writeMessage(8, writeOpset, [MICROSOFT_DOMAIN, 1]);
    pbf.writeVarint(tagOf(7));
    pbf.writeVarint(inside);
  });
  return {
    size: size + rest.length,
    async *model() {
      yield head;
      yield rest;
      for (const [i, weight] of graph.weights.entries()) {
        yield heads[i]!;
        if (!apart) yield await whole(weight, sizes[i]!);
      }
    },
    data: apart
      ? async function* () {
          for (const [i, weight] of graph.weights.entries()) {
            yield await whole(weight, sizes[i]!);
            const gap = (ALIGNED - (sizes[i]! % ALIGNED)) % ALIGNED;
            if (gap) yield new Uint8Array(gap);
          }
        }
      : null,
  };
}
const ALIGNED = 4096;

function bytesOf({ type, shape }: LazyWeight): number {
  return shape.reduce((n, d) => n * d, 1) * BYTES[type];
}
async function whole(weight: LazyWeight, size: number): Promise<Uint8Array> {
  const bytes = await weight.bytes();
  if (bytes.length !== size) throw new RangeError(`${weight.name} has ${bytes.length} bytes, not ${size}`);
  return bytes;
}

const tagOf = (field: number): number => (field << 3) | 2;
function finish(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish();
}

/** Writes the GraphProto except the weights. */
function writeRest(graph: StandaloneGraph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "tunebook");
  for (const constant of graph.constants) pbf.writeMessage(5, writeTensor, constant);
  for (const port of graph.inputs) pbf.writeMessage(11, writePort, port);
  for (const port of graph.outputs) pbf.writeMessage(12, writePort, port);
}

interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}
/** Writes an initializer up to its bytes, or completely if its bytes are in another file. */
function weightHead({ name, type, shape }: LazyWeight, place: Place | null, size: number): Uint8Array {
  const inner = finish((pbf) => {
    for (const d of shape) pbf.writeVarintField(1, d);
    pbf.writeVarintField(2, ONNX_TYPES[type]);
    pbf.writeStringField(8, name);
    if (place) {
      for (const [key, value] of Object.entries(place)) pbf.writeMessage(13, writeEntry, [key, String(value)] as const);
      pbf.writeVarintField(14, 1);
    } else {
      pbf.writeVarint(tagOf(9));
      pbf.writeVarint(size);
    }
  });
  const outer = finish((pbf) => {
    pbf.writeVarint(tagOf(5));
    pbf.writeVarint(inner.length + (place ? 0 : size));
  });
  const both = new Uint8Array(outer.length + inner.length);
  both.set(outer);
  both.set(inner, outer.length);
  return both;
}
function writeEntry([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}
