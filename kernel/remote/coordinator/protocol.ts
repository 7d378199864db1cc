/**
 * Protocol between a coordinator and its workers: JSON over HTTP. Each body is validated by a schema, and every request
 * carries the token of the run. Workers send requests, and the coordinator responds with nothing beyond the request.
 *
 *   POST hello   introduces a worker → its number, and the heartbeat interval
 *   POST take    requests work (the response waits for some) → work with a lease, or that there is none left
 *   GET  blobs/HASH   a file that the work reads, by its content's hash; ranges
 *   POST tell    new events, numbered from the beginning of the lease → go on, prune, stop or end
 *   POST beat    heartbeat → the same
 *   POST holds   the files of a run's folder now → the missing hashes; if none is missing, the files are accepted
 *   PUT  blobs/HASH   one of those
 *   POST done    the result of the work, after everything else was accepted
 *   POST back    gives work back with a reason; it goes to another worker
 *   POST leave   the worker ends; its work goes to another
 *
 * An event number that was seen before is skipped, and one that is too high is requested again. Each event thus counts
 * once, however often it is sent. A worker without a lease gets `lease-lost` for any request.
 */
import * as v from "valibot";
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { pathClashIn, portabilityProblem } from "../../fetch/portable.js";
import { objectWith, anyNumber, dictionaryOf, wholeNumber, type JsonRecord, type Schema } from "../../fetch/json.js";

export const PROTOCOL_VERSION = 1;
export const PATH_PREFIX = `/tunebook/${String(PROTOCOL_VERSION)}/`;
export const TOKEN_VARIABLE = "TUNEBOOK_WORKER_TOKEN";

export const requestLimits = {
  body: 8 * 2 ** 20,
  items: 10_000,
  files: 5_000,
  /** Maximum bytes of one file of a run. */
  file: 2 ** 40,
  text: 4_000,
} as const;

/** Times in ms. */
export interface CoordinatorTimings {
  /** A worker that is silent for this long loses its work. */
  readonly lease: number;
  readonly beat: number;
  /** How long `take` waits for work. */
  readonly wait: number;
}
export const defaultTimings: CoordinatorTimings = { lease: 15_000, beat: 3_000, wait: 10_000 };

/**
 * `prune`: stop, the weights are not needed. `stop`: end with the present weights and score. `end`: write a checkpoint
 * and upload it.
 */
export type WorkerInstruction = "go on" | "prune" | "stop" | "end";

/** Text for people: terminal control characters are made visible. */
const text = v.pipe(
  v.string(),
  v.maxLength(requestLimits.text),
  v.excludes("\0"),
  v.transform(escapeControlCharacters),
);
/** Displayed unchanged. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(200),
  v.check(
    (given) => !/[\r\n\t]/.test(given) && escapeControlCharacters(given) === given,
    "a name has characters that cannot be shown",
  ),
);
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const answer = v.picklist(["go on", "prune", "stop", "end"]);

/** A file identified by its content. */
export interface ContentHash {
  readonly hash: string;
  readonly bytes: number;
}
export interface RunFile extends ContentHash {
  readonly path: string;
}
export interface InputFile extends ContentHash {
  /**
   * Absolute path at the coordinator. It preserves the folder structure, and a file on a shared disk need not be
   * downloaded.
   */
  readonly path: string;
}

const bytes = v.pipe(wholeNumber(), v.maxValue(requestLimits.file));
/**
 * Allows no path out of the folder, no hidden files, and none of the coordinator's own files, on any operating system.
 */
const RUN_PATH =
  /^(?!(?:plan|lock)\.json$|events\.jsonl$)(?:[A-Za-z0-9_][\w.-]{0,120}\/){0,3}[A-Za-z0-9_][\w.-]{0,120}$/i;
const runPath = v.pipe(
  v.string(),
  v.check(
    (path) => RUN_PATH.test(path) && portabilityProblem(path) === null,
    ({ input }) => `${escapeControlCharacters(input)} is not a file that a worker may send`,
  ),
);
export const runFileSchema: Schema<RunFile> = objectWith({ path: runPath, hash: sha256Schema, bytes });
const runFiles = v.pipe(
  v.array(runFileSchema),
  v.maxLength(requestLimits.files),
  v.check((files) => pathClashIn(files.map(({ path }) => path)) === null, "two paths are equal on some systems"),
);
const read: Schema<InputFile> = objectWith({ path: v.pipe(v.string(), v.excludes("\0")), hash: sha256Schema, bytes });

export interface WorkerHello {
  readonly tunebook: string;
  /** Name for people: machine and process. */
  readonly name: string;
  readonly threads: number;
}
export interface WorkerWelcome {
  readonly worker: string;
  readonly timings: CoordinatorTimings;
}
/** `kind`: kind of work. `order`: its parameters (trial-order.ts). */
export interface LeasedWork {
  readonly lease: string;
  readonly kind: string;
  readonly title: string;
  readonly order: JsonRecord;
  readonly files: readonly InputFile[];
}
export type TakeReply = { readonly work: LeasedWork } | { readonly none: "yet" | "any more" };
/** An event of the work; `run`: index of the run within the work, from 0. */
export type WorkEvent =
  | { readonly is: "run"; readonly run: number; readonly id: string; readonly lock: JsonRecord }
  | { readonly is: "steps"; readonly run: number; readonly steps: number }
  | { readonly is: "step"; readonly run: number; readonly step: number; readonly tokens: number }
  | { readonly is: "report"; readonly step: number; readonly score: number }
  | { readonly is: "log"; readonly run: number; readonly line: string }
  | { readonly is: "note"; readonly words: string };
export interface WorkReport {
  readonly worker: string;
  readonly lease: string;
  /** Number of the first item. */
  readonly from: number;
  readonly items: readonly WorkEvent[];
}
/** `next`: number of the next expected item. */
export interface WorkReportReply {
  readonly answer: WorkerInstruction;
  readonly next: number;
}
export interface RunFilesOffer {
  readonly worker: string;
  readonly lease: string;
  readonly run: number;
  readonly files: readonly RunFile[];
}
export interface RemoteFailure {
  /** Null if the error has no code, which is a defect. */
  readonly code: string | null;
  readonly data: unknown;
  readonly message: string;
}
export interface WorkDone {
  readonly worker: string;
  readonly lease: string;
  readonly outcome: { readonly result: JsonRecord } | { readonly failed: RemoteFailure };
}

const number = wholeNumber();
const run = v.pipe(number, v.maxValue(1000));
const item: Schema<WorkEvent> = v.union([
  objectWith({
    is: v.literal("run"),
    run,
    id: v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,250}$/)),
    lock: dictionaryOf(v.unknown()),
  }),
  objectWith({ is: v.literal("steps"), run, steps: number }),
  objectWith({ is: v.literal("step"), run, step: number, tokens: number }),
  objectWith({ is: v.literal("report"), step: number, score: anyNumber }),
  objectWith({ is: v.literal("log"), run, line: v.pipe(v.string(), v.maxLength(2 ** 20)) }),
  objectWith({ is: v.literal("note"), words: text }),
]);
const who = { worker: id, lease: id };

export interface WorkerRequestBodies {
  hello: WorkerHello;
  take: { readonly worker: string };
  tell: WorkReport;
  beat: { readonly worker: string; readonly lease: string | null };
  holds: RunFilesOffer;
  done: WorkDone;
  back: { readonly worker: string; readonly lease: string; readonly why: string };
  leave: { readonly worker: string };
}
export type WorkerRequestName = keyof WorkerRequestBodies;
export type WorkerRequestBody<A extends WorkerRequestName> = WorkerRequestBodies[A];

export const workerRequestSchemas: { readonly [A in WorkerRequestName]: Schema<WorkerRequestBodies[A]> } = {
  hello: objectWith({ tunebook: name, name, threads: wholeNumber(1) }),
  take: objectWith({ worker: id }),
  tell: objectWith({ ...who, from: number, items: v.pipe(v.array(item), v.maxLength(requestLimits.items)) }),
  beat: objectWith({ worker: id, lease: v.nullable(id) }),
  holds: objectWith({ ...who, run, files: runFiles }),
  done: objectWith({
    ...who,
    outcome: v.union([
      objectWith({ result: dictionaryOf(v.unknown()) }),
      objectWith({ failed: objectWith({ code: v.nullable(name), data: v.unknown(), message: text }) }),
    ]),
  }),
  back: objectWith({ ...who, why: text }),
  leave: objectWith({ worker: id }),
};
export interface WorkerReplyBodies {
  hello: WorkerWelcome;
  take: TakeReply;
  tell: WorkReportReply;
  beat: { readonly answer: WorkerInstruction };
  holds: { readonly lacks: readonly string[] };
  done: { readonly taken: true };
  back: { readonly taken: true };
  leave: { readonly left: true };
}

const work: Schema<LeasedWork> = objectWith({
  lease: id,
  kind: name,
  title: name,
  order: dictionaryOf(v.unknown()),
  files: v.pipe(v.array(read), v.maxLength(100_000)),
});
export const workerReplySchemas: { readonly [A in WorkerRequestName]: Schema<WorkerReplyBodies[A]> } = {
  hello: objectWith({
    worker: id,
    timings: objectWith({ lease: wholeNumber(1), beat: wholeNumber(1), wait: wholeNumber() }),
  }),
  take: v.union([objectWith({ work }), objectWith({ none: v.picklist(["yet", "any more"]) })]),
  tell: objectWith({ answer, next: number }),
  beat: objectWith({ answer }),
  holds: objectWith({ lacks: v.array(sha256Schema) }),
  done: objectWith({ taken: v.literal(true) }),
  back: objectWith({ taken: v.literal(true) }),
  leave: objectWith({ left: v.literal(true) }),
};
export interface RefusedReply {
  readonly error: RemoteFailure;
}
export const refusedSchema: Schema<RefusedReply> = objectWith({
  error: objectWith({ code: v.nullable(v.string()), data: v.unknown(), message: v.string() }),
});
