/**
 * The messages of Flower 1.42 that a SuperNode and a run's starter need, written and read with pbf. Names and numbers
 * of fields are those of the protocol buffers in flwr's package (`flwr.proto`: fleet, message, heartbeat, control).
 */
import { PbfReader, PbfWriter } from "pbf";

/** Ids use all 64 bits, more than a number can represent. */
export interface MessageMetadata {
  readonly runId: bigint;
  readonly messageId: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly replyTo: string;
  readonly group: string;
  /** Lifetime in seconds from `created`, which is in seconds since 1970. */
  readonly ttl: number;
  readonly type: string;
  readonly created: number;
  readonly fromTask: bigint;
  readonly toTask: bigint;
}
/** Ids of an object and of its children. */
export interface ObjectTree {
  readonly id: string;
  readonly children: readonly ObjectTree[];
}

type Writes = (writer: PbfWriter) => void;
const written = (writes: Writes): Uint8Array => {
  const writer = new PbfWriter();
  writes(writer);
  return writer.finish();
};
const inside = (writer: PbfWriter, field: number, writes: Writes): void => {
  writer.writeMessage(
    field,
    (_, inner) => {
      writes(inner);
    },
    null,
  );
};

function writeId(writer: PbfWriter, field: number, id: bigint): void {
  if (id === 0n) return;
  writer.writeTag(field, 0);
  writer.realloc(10);
  let rest = id;
  do {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    writer.buf[writer.pos++] = rest > 0n ? byte | 128 : byte;
  } while (rest > 0n);
}

function readId(reader: PbfReader): bigint {
  let id = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.buf[reader.pos++] ?? 0;
    id |= BigInt(byte & 127) << shift;
    if (byte < 128) break;
  }
  return id;
}

const node = (writer: PbfWriter, id: bigint): void => {
  inside(writer, 1, (inner) => {
    writeId(inner, 1, id);
  });
};
function writeTree(writer: PbfWriter, tree: ObjectTree): void {
  writer.writeStringField(1, tree.id);
  for (const child of tree.children)
    inside(writer, 2, (inner) => {
      writeTree(inner, child);
    });
}
function writeMetadata(writer: PbfWriter, m: MessageMetadata): void {
  writeId(writer, 1, m.runId);
  if (m.messageId) writer.writeStringField(2, m.messageId);
  writeId(writer, 3, m.from);
  writeId(writer, 4, m.to);
  if (m.replyTo) writer.writeStringField(5, m.replyTo);
  if (m.group) writer.writeStringField(6, m.group);
  writer.writeDoubleField(7, m.ttl);
  writer.writeStringField(8, m.type);
  writer.writeDoubleField(9, m.created);
  writeId(writer, 10, m.fromTask);
  writeId(writer, 11, m.toTask);
}

/** A message's own object: its metadata only. */
export function metadataBytes(metadata: MessageMetadata): Uint8Array {
  return written((w) => {
    inside(w, 1, (inner) => {
      writeMetadata(inner, metadata);
    });
  });
}

export const requestEncoders = {
  registerNode: (publicKey: Uint8Array) =>
    written((w) => {
      w.writeBytesField(1, publicKey);
    }),
  activateNode: (publicKey: Uint8Array, heartbeat: number) =>
    written((w) => {
      w.writeBytesField(1, publicKey);
      w.writeDoubleField(2, heartbeat);
    }),
  deactivateNode: (id: bigint) =>
    written((w) => {
      writeId(w, 1, id);
    }),
  heartbeat: (id: bigint, seconds: number) =>
    written((w) => {
      node(w, id);
      w.writeDoubleField(2, seconds);
    }),
  pullMessages: (id: bigint) =>
    written((w) => {
      node(w, id);
    }),
  /** Request of `pull-object` and `confirm-message-received`. */
  ofObject: (id: bigint, runId: bigint, objectId: string) =>
    written((w) => {
      node(w, id);
      writeId(w, 2, runId);
      w.writeStringField(3, objectId);
    }),
  pushMessage: (id: bigint, metadata: MessageMetadata, tree: ObjectTree, seconds: number) =>
    written((w) => {
      node(w, id);
      inside(w, 2, (message) => {
        inside(message, 1, (inner) => {
          writeMetadata(inner, metadata);
        });
        // The protocol requires a content field; the content is sent as objects.
        inside(message, 2, () => {});
      });
      inside(w, 3, (inner) => {
        writeTree(inner, tree);
      });
      w.writePackedDouble(4, [seconds]);
    }),
  pushObject: (id: bigint, runId: bigint, objectId: string, content: Uint8Array, session: string) =>
    written((w) => {
      node(w, id);
      writeId(w, 2, runId);
      w.writeStringField(3, objectId);
      w.writeBytesField(4, content);
      w.writeStringField(5, session);
    }),
  /** An app and the strings of its run's configuration. */
  startRun: (app: Uint8Array, hash: string, config: Readonly<Record<string, string>>) =>
    written((w) => {
      inside(w, 1, (fab) => {
        fab.writeStringField(1, hash);
        fab.writeBytesField(2, app);
      });
      for (const [key, text] of Object.entries(config))
        inside(w, 2, (entry) => {
          entry.writeStringField(1, key);
          inside(entry, 2, (value) => {
            value.writeStringField(14, text);
          });
        });
    }),
  /** Request of `stop-run` and `list-runs`. */
  ofRun: (runId: bigint) =>
    written((w) => {
      writeId(w, 1, runId);
    }),
  getRun: (id: bigint, runId: bigint) =>
    written((w) => {
      node(w, id);
      writeId(w, 2, runId);
    }),
};

type Reads<T> = Readonly<Record<number, (reader: PbfReader, into: T) => void>>;
function read<T>(reader: PbfReader, into: T, reads: Reads<T>, inner: boolean): T {
  const field = (tag: number, result: T): void => {
    reads[tag]?.(reader, result);
  };
  return inner ? reader.readMessage(field, into) : reader.readFields(field, into);
}

/** Maximum depth: message, dictionary, record, array, chunks. */
const DEEPEST = 5;

function readTree(reader: PbfReader, depth = 1): ObjectTree {
  if (depth > DEEPEST) throw new Error("objects are nested deeper than in a message");
  const tree = { id: "", children: [] as ObjectTree[] };
  return read(
    reader,
    tree,
    {
      1: (r, t) => (t.id = r.readString()),
      2: (r, t) => t.children.push(readTree(r, depth + 1)),
    },
    true,
  );
}

const nothing: MessageMetadata = {
  runId: 0n,
  messageId: "",
  from: 0n,
  to: 0n,
  replyTo: "",
  group: "",
  ttl: 0,
  type: "",
  created: 0,
  fromTask: 0n,
  toTask: 0n,
};
type Open<T> = { -readonly [K in keyof T]: T[K] };
const METADATA: Reads<Open<MessageMetadata>> = {
  1: (r, m) => (m.runId = readId(r)),
  2: (r, m) => (m.messageId = r.readString()),
  3: (r, m) => (m.from = readId(r)),
  4: (r, m) => (m.to = readId(r)),
  5: (r, m) => (m.replyTo = r.readString()),
  6: (r, m) => (m.group = r.readString()),
  7: (r, m) => (m.ttl = r.readDouble()),
  8: (r, m) => (m.type = r.readString()),
  9: (r, m) => (m.created = r.readDouble()),
  10: (r, m) => (m.fromTask = readId(r)),
  11: (r, m) => (m.toTask = readId(r)),
};
function readMessage(reader: PbfReader): MessageMetadata {
  return read(
    reader,
    { metadata: nothing },
    {
      1: (r, m) => (m.metadata = read(r, { ...nothing }, METADATA, true)),
    },
    true,
  ).metadata;
}

export interface PulledObject {
  readonly found: boolean;
  readonly available: boolean;
  readonly content: Uint8Array;
}

/** Status of a run on the SuperLink: `pending`, `starting`, `running` or `finished`; how it finished, and why. */
export interface RunStatus {
  readonly status: string;
  readonly sub: string;
  readonly details: string;
}
const STATUS: Reads<Open<RunStatus>> = {
  1: (r, s) => (s.status = r.readString()),
  2: (r, s) => (s.sub = r.readString()),
  3: (r, s) => (s.details = r.readString()),
};
interface Run {
  id: bigint;
  status: RunStatus | null;
}
const readRun = (reader: PbfReader): Run =>
  read<Run>(
    reader,
    { id: 0n, status: null },
    {
      1: (r, run) => (run.id = readId(r)),
      10: (r, run) => (run.status = read(r, { status: "", sub: "", details: "" }, STATUS, true)),
    },
    true,
  );
interface Runs {
  all: Run[];
}
/** Reads an entry of a table of runs: its key and the run. */
const readEntry = (reader: PbfReader, runs: Runs): void => {
  read(reader, runs, { 2: (r, into) => into.all.push(readRun(r)) }, true);
};

export const replyDecoders = {
  /** The id in the responses of `activate-node` and `start-run`. */
  id: (bytes: Uint8Array): bigint =>
    read(new PbfReader(bytes), { id: 0n }, { 1: (r, into) => (into.id = readId(r)) }, false).id,
  /** The run in the responses of `list-runs` for one run and of `get-run`; null if there is none. */
  listed: (bytes: Uint8Array, id: bigint): RunStatus | null =>
    read<Runs>(
      new PbfReader(bytes),
      { all: [] },
      {
        1: (r, into) => {
          readEntry(r, into);
        },
      },
      false,
    ).all.find((run) => run.id === id)?.status ?? null,
  got: (bytes: Uint8Array): RunStatus | null =>
    read<Runs>(new PbfReader(bytes), { all: [] }, { 1: (r, into) => into.all.push(readRun(r)) }, false).all[0]
      ?.status ?? null,
  /** Response of `send-node-heartbeat`: whether the node is known. */
  success: (bytes: Uint8Array): boolean =>
    read(new PbfReader(bytes), { success: false }, { 1: (r, into) => (into.success = r.readBoolean()) }, false).success,
  pullMessages: (bytes: Uint8Array): readonly { readonly metadata: MessageMetadata; readonly tree: ObjectTree }[] => {
    const into = { messages: [] as MessageMetadata[], trees: [] as ObjectTree[] };
    read(
      new PbfReader(bytes),
      into,
      {
        2: (r, all) => all.messages.push(readMessage(r)),
        3: (r, all) => all.trees.push(readTree(r)),
      },
      false,
    );
    return into.messages.flatMap((metadata, i) => {
      const tree = into.trees[i];
      return tree ? [{ metadata, tree }] : [];
    });
  },
  pullObject: (bytes: Uint8Array): PulledObject => {
    const into: Open<PulledObject> = { found: false, available: false, content: new Uint8Array(0) };
    const reads: Reads<Open<PulledObject>> = {
      1: (r, options) => (options.found = r.readBoolean()),
      2: (r, options) => (options.available = r.readBoolean()),
      3: (r, options) => (options.content = r.readBytes()),
    };
    return read(new PbfReader(bytes), into, reads, false);
  },
  pushMessages: (bytes: Uint8Array): { readonly wanted: readonly string[]; readonly session: string } =>
    read(
      new PbfReader(bytes),
      { wanted: [] as string[], session: "" },
      {
        3: (r, options) => options.wanted.push(r.readString()),
        4: (r, options) => (options.session = r.readString()),
      },
      false,
    ),
};
