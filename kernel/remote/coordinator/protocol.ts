/**
 * What a coordinator and its workers say to each other: JSON over HTTP, each body held to a schema, every request with the token
 * of the run. Workers ask, the coordinator answers; nothing that it answers is more than what was asked for.
 *
 *   POST hello   who a worker is → its number, and how often it must be heard of
 *   POST take    asks for work (the answer waits until there is some) → work with a lease, or that there is none any more
 *   GET  blobs/HASH   a file that the work reads, by its content's hash; ranges
 *   POST tell    what happened since, numbered from the beginning of the lease → go on, prune, stop or end
 *   POST beat    that it is alive → the same
 *   POST holds   the files that a run's folder holds now → the hashes that are lacking; lacking none, they are taken
 *   PUT  blobs/HASH   one of those
 *   POST done    what came of the work, once all else was taken
 *   POST back    that it can't go on with the work, and why; it goes to another
 *   POST leave   that it ends; its work goes to another
 *
 * A number that was told before is passed over and one that comes too soon is asked for again, so that each thing counts once
 * however often it is sent. Whoever has no lease any more gets `lease-lost`, whatever it says.
 */
import * as v from "valibot";
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { pathClashIn, portabilityProblem } from "../../fetch/portable.js";
import { objectWith, anyNumber, dictionaryOf, wholeNumber, type Json, type Schema } from "../../fetch/json.js";

export const PROTOCOL_VERSION = 1;
export const PATH_PREFIX = `/tunebook/${String(PROTOCOL_VERSION)}/`;
export const TOKEN_VARIABLE = "TUNEBOOK_WORKER_TOKEN";

/** Bounds of what one request may hold. */
export const requestLimits = {
  body: 8 * 2 ** 20,
  items: 10_000,
  files: 5_000,
  /** Of one file of a run. */
  file: 2 ** 40,
  text: 4_000,
} as const;

/** Milliseconds. */
export interface CoordinatorTimings {
  /** Without a sign for so long a worker has lost its work. */
  readonly lease: number;
  readonly beat: number;
  /** How long `take` waits for work. */
  readonly wait: number;
}
export const defaultTimings: CoordinatorTimings = { lease: 15_000, beat: 3_000, wait: 10_000 };

/** `prune`: nobody wants its weights; `stop`: it ends with the weights and the score that it has; `end`: it writes a checkpoint and hands it in. */
export type WorkerInstruction = "go on" | "prune" | "stop" | "end";

/** For people: what would steer a terminal is made visible. */
const text = v.pipe(
  v.string(),
  v.maxLength(requestLimits.text),
  v.excludes("\0"),
  v.transform(escapeControlCharacters),
);
/** Shown as it is. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(200),
  v.check(
    (given) => !/[\r\n\t]/.test(given) && escapeControlCharacters(given) === given,
    "a name has signs that can't be shown",
  ),
);
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const answer = v.picklist(["go on", "prune", "stop", "end"]);

/** A file by its content. */
export interface ContentHash {
  readonly hash: string;
  readonly bytes: number;
}
/** A file of a run's folder. */
export interface RunFile extends ContentHash {
  readonly path: string;
}
/** A file that the work reads. */
export interface InputFile extends ContentHash {
  /** Absolute, where the coordinator has it: how files lie to each other, and where one on the same disk need not be fetched. */
  readonly path: string;
}

const bytes = v.pipe(wholeNumber(), v.maxValue(requestLimits.file));
/** No way out of a folder, no hidden file, and none of those that the coordinator writes itself, as any system reads names. */
const RUN_PATH =
  /^(?!(?:plan|lock)\.json$|events\.jsonl$)(?:[A-Za-z0-9_][\w.-]{0,120}\/){0,3}[A-Za-z0-9_][\w.-]{0,120}$/i;
const runPath = v.pipe(
  v.string(),
  v.check(
    (path) => RUN_PATH.test(path) && portabilityProblem(path) === null,
    ({ input }) => `${escapeControlCharacters(input)} is no file of a run that a worker may hand in`,
  ),
);
export const runFileSchema: Schema<RunFile> = objectWith({ path: runPath, hash: sha256Schema, bytes });
const runFiles = v.pipe(
  v.array(runFileSchema),
  v.maxLength(requestLimits.files),
  v.check((files) => pathClashIn(files.map(({ path }) => path)) === null, "two paths are one on some systems"),
);
const read: Schema<InputFile> = objectWith({ path: v.pipe(v.string(), v.excludes("\0")), hash: sha256Schema, bytes });

export interface WorkerHello {
  readonly tunebook: string;
  /** For people: which machine, which process. */
  readonly name: string;
  readonly threads: number;
}
export interface WorkerWelcome {
  readonly worker: string;
  readonly timings: CoordinatorTimings;
}
/** `kind`: what sort of work; `order`: what that needs to know (trial-order.ts). */
export interface LeasedWork {
  readonly lease: string;
  readonly kind: string;
  readonly title: string;
  readonly order: Json;
  readonly files: readonly InputFile[];
}
export type TakeReply = { readonly work: LeasedWork } | { readonly none: "yet" | "any more" };
/** A thing that happened; `run`: the how many-th of its runs, from 0. */
export type WorkEvent =
  | { readonly is: "run"; readonly run: number; readonly id: string; readonly lock: Json }
  | { readonly is: "steps"; readonly run: number; readonly steps: number }
  | { readonly is: "step"; readonly run: number; readonly step: number; readonly tokens: number }
  | { readonly is: "report"; readonly step: number; readonly score: number }
  | { readonly is: "log"; readonly run: number; readonly line: string }
  | { readonly is: "note"; readonly words: string };
export interface WorkReport {
  readonly worker: string;
  readonly lease: string;
  /** The number of the first item. */
  readonly from: number;
  readonly items: readonly WorkEvent[];
}
/** `next`: the number of the item that is expected. */
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
  /** Null: it has none, which is a defect. */
  readonly code: string | null;
  readonly data: unknown;
  readonly message: string;
}
export interface WorkDone {
  readonly worker: string;
  readonly lease: string;
  readonly outcome: { readonly result: Json } | { readonly failed: RemoteFailure };
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
/** How a request that fails is answered. */
export interface RefusedReply {
  readonly error: RemoteFailure;
}
export const refusedSchema: Schema<RefusedReply> = objectWith({
  error: objectWith({ code: v.nullable(v.string()), data: v.unknown(), message: v.string() }),
});
