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
import { visible } from "#dsl/language/diagnostics/codes.js";
import { clashIn, unfitPath } from "../../fetch/portable.js";
import { fields, figure, table, whole, type Json, type Schema } from "../../fetch/json.js";

export const PROTOCOL = 1;
export const PREFIX = `/tunebook/${String(PROTOCOL)}/`;
export const TOKEN_VARIABLE = "TUNEBOOK_WORKER_TOKEN";

/** Bounds of what one request may hold. */
export const most = {
  body: 8 * 2 ** 20,
  items: 10_000,
  files: 5_000,
  /** Of one file of a run. */
  file: 2 ** 40,
  text: 4_000,
} as const;

/** Milliseconds. */
export interface Timings {
  /** Without a sign for so long a worker has lost its work. */
  readonly lease: number;
  readonly beat: number;
  /** How long `take` waits for work. */
  readonly wait: number;
}
export const timings: Timings = { lease: 15_000, beat: 3_000, wait: 10_000 };

/** `prune`: nobody wants its weights; `stop`: it ends with the weights and the score that it has; `end`: it writes a checkpoint and hands it in. */
export type Answer = "go on" | "prune" | "stop" | "end";

/** For people: what would steer a terminal is made visible. */
const text = v.pipe(v.string(), v.maxLength(most.text), v.excludes("\0"), v.transform(visible));
/** Shown as it is. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(200),
  v.check((given) => !/[\r\n\t]/.test(given) && visible(given) === given, "a name has signs that can't be shown"),
);
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const answer = v.picklist(["go on", "prune", "stop", "end"]);

/** A file by its content. */
export interface Blob {
  readonly hash: string;
  readonly bytes: number;
}
/** A file of a run's folder. */
export interface RunFile extends Blob {
  readonly path: string;
}
/** A file that the work reads. */
export interface Read extends Blob {
  /** Absolute, where the coordinator has it: how files lie to each other, and where one on the same disk need not be fetched. */
  readonly path: string;
}

const bytes = v.pipe(whole(), v.maxValue(most.file));
/** No way out of a folder, no hidden file, and none of those that the coordinator writes itself, as any system reads names. */
const RUN_PATH =
  /^(?!(?:plan|lock)\.json$|events\.jsonl$)(?:[A-Za-z0-9_][\w.-]{0,120}\/){0,3}[A-Za-z0-9_][\w.-]{0,120}$/i;
const runPath = v.pipe(
  v.string(),
  v.check(
    (path) => RUN_PATH.test(path) && unfitPath(path) === null,
    ({ input }) => `${visible(input)} is no file of a run that a worker may hand in`,
  ),
);
export const runFile: Schema<RunFile> = fields({ path: runPath, hash: sha256, bytes });
const runFiles = v.pipe(
  v.array(runFile),
  v.maxLength(most.files),
  v.check((files) => clashIn(files.map(({ path }) => path)) === null, "two paths are one on some systems"),
);
const read: Schema<Read> = fields({ path: v.pipe(v.string(), v.excludes("\0")), hash: sha256, bytes });

export interface Hello {
  readonly tunebook: string;
  /** For people: which machine, which process. */
  readonly name: string;
  readonly threads: number;
}
export interface Welcome {
  readonly worker: string;
  readonly timings: Timings;
}
/** `kind`: what sort of work; `order`: what that needs to know (trial-order.ts). */
export interface Work {
  readonly lease: string;
  readonly kind: string;
  readonly title: string;
  readonly order: Json;
  readonly files: readonly Read[];
}
export type Taken = { readonly work: Work } | { readonly none: "yet" | "any more" };
/** A thing that happened; `run`: the how many-th of its runs, from 0. */
export type Item =
  | { readonly is: "run"; readonly run: number; readonly id: string; readonly lock: Json }
  | { readonly is: "steps"; readonly run: number; readonly steps: number }
  | { readonly is: "step"; readonly run: number; readonly step: number; readonly tokens: number }
  | { readonly is: "report"; readonly step: number; readonly score: number }
  | { readonly is: "log"; readonly run: number; readonly line: string }
  | { readonly is: "note"; readonly words: string };
export interface Tell {
  readonly worker: string;
  readonly lease: string;
  /** The number of the first item. */
  readonly from: number;
  readonly items: readonly Item[];
}
/** `next`: the number of the item that is expected. */
export interface Told {
  readonly answer: Answer;
  readonly next: number;
}
export interface Holds {
  readonly worker: string;
  readonly lease: string;
  readonly run: number;
  readonly files: readonly RunFile[];
}
export interface Failure {
  /** Null: it has none, which is a defect. */
  readonly code: string | null;
  readonly data: unknown;
  readonly message: string;
}
export interface Done {
  readonly worker: string;
  readonly lease: string;
  readonly outcome: { readonly result: Json } | { readonly failed: Failure };
}

const number = whole();
const run = v.pipe(number, v.maxValue(1000));
const item: Schema<Item> = v.union([
  fields({
    is: v.literal("run"),
    run,
    id: v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,250}$/)),
    lock: table(v.unknown()),
  }),
  fields({ is: v.literal("steps"), run, steps: number }),
  fields({ is: v.literal("step"), run, step: number, tokens: number }),
  fields({ is: v.literal("report"), step: number, score: figure }),
  fields({ is: v.literal("log"), run, line: v.pipe(v.string(), v.maxLength(2 ** 20)) }),
  fields({ is: v.literal("note"), words: text }),
]);
const who = { worker: id, lease: id };

export interface Asks {
  hello: Hello;
  take: { readonly worker: string };
  tell: Tell;
  beat: { readonly worker: string; readonly lease: string | null };
  holds: Holds;
  done: Done;
  back: { readonly worker: string; readonly lease: string; readonly why: string };
  leave: { readonly worker: string };
}
export type Asked = keyof Asks;
export type Ask<A extends Asked> = Asks[A];

export const asks: { readonly [A in Asked]: Schema<Asks[A]> } = {
  hello: fields({ tunebook: name, name, threads: whole(1) }),
  take: fields({ worker: id }),
  tell: fields({ ...who, from: number, items: v.pipe(v.array(item), v.maxLength(most.items)) }),
  beat: fields({ worker: id, lease: v.nullable(id) }),
  holds: fields({ ...who, run, files: runFiles }),
  done: fields({
    ...who,
    outcome: v.union([
      fields({ result: table(v.unknown()) }),
      fields({ failed: fields({ code: v.nullable(name), data: v.unknown(), message: text }) }),
    ]),
  }),
  back: fields({ ...who, why: text }),
  leave: fields({ worker: id }),
};
export interface Answers {
  hello: Welcome;
  take: Taken;
  tell: Told;
  beat: { readonly answer: Answer };
  holds: { readonly lacks: readonly string[] };
  done: { readonly taken: true };
  back: { readonly taken: true };
  leave: { readonly left: true };
}

const work: Schema<Work> = fields({
  lease: id,
  kind: name,
  title: name,
  order: table(v.unknown()),
  files: v.pipe(v.array(read), v.maxLength(100_000)),
});
export const answers: { readonly [A in Asked]: Schema<Answers[A]> } = {
  hello: fields({ worker: id, timings: fields({ lease: whole(1), beat: whole(1), wait: whole() }) }),
  take: v.union([fields({ work }), fields({ none: v.picklist(["yet", "any more"]) })]),
  tell: fields({ answer, next: number }),
  beat: fields({ answer }),
  holds: fields({ lacks: v.array(sha256) }),
  done: fields({ taken: v.literal(true) }),
  back: fields({ taken: v.literal(true) }),
  leave: fields({ left: v.literal(true) }),
};
/** How a request that fails is answered. */
export interface Refused {
  readonly error: Failure;
}
export const refused: Schema<Refused> = fields({
  error: fields({ code: v.nullable(v.string()), data: v.unknown(), message: v.string() }),
});
