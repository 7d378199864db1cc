/**
 * The proof of a deployment, `proof.json`: what it was asked, what the notebook said, how far its own answers were from that,
 * in which runtime. The inputs are made (golden.ts), so that it travels and anybody may prove it again. Of test rows it holds
 * their hash and figures alone.
 */
import { toldFitted } from "../inference/fitted-calibration.js";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { callText } from "../host/value-text.js";
import { figure, fields, jsonIn, table, type Schema } from "../fetch/json.js";
import { NotRead, readWhole } from "../fetch/regular.js";
import type { Answers } from "./runtime-answers.js";
import type { Comparison, Verdict } from "./compare.js";
import type { Deployment } from "./deployment.js";
import type { LabelsAgree } from "./labels-agree.js";
import type { Golden } from "./golden.js";

export const PROOF = "proof.json";

export interface ProvedBy {
  /** "ONNX Runtime". */
  readonly title: string;
  readonly version: string;
}
export interface ScoredBeside {
  readonly rows: number;
  /** Of what was scored; of a model that was trained privately `withheld`: who knows all rows but one could try the last. */
  readonly dataHash: string;
  readonly on: string;
  /** Of tasks with labels: to how many of the rows (of their words, where those are told apart) both give the same. */
  readonly labels?: LabelsAgree;
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly notebook: number;
        readonly deployed: number;
        readonly low: number | null;
        readonly high: number | null;
        /** The deployed one is worse by more than chance, and by more than half the width of the notebook's own interval. */
        readonly worse?: true;
      }
    >
  >;
}
export interface Proof {
  readonly version: 1;
  readonly target: string;
  /** Null: it was opened in none; `unproved` says why. */
  readonly runtime: ProvedBy | null;
  /** Why it was not run. */
  readonly unproved?: string;
  readonly golden: Golden;
  /** SHA-256 of `golden`. */
  readonly inputs: string;
  readonly expected: {
    readonly says: readonly string[];
    readonly numeric?: true;
    /** base64 of f32, at most `NUMBERS` of each row, evenly taken. */
    readonly numbers?: readonly string[];
    readonly tokens?: readonly (readonly number[])[];
    /** base64 of f32, as `numbers`. */
    readonly leads?: readonly string[];
  };
  readonly compared: Comparison | null;
  readonly tolerance: number | null;
  readonly verdict: Verdict | "not run";
  /** Made-up inputs alone spoke against a rounded model: scored rows spoke for it. */
  readonly by?: "rows";
  /** Both sides without what was fitted to validation, in words; absent: nothing was. */
  readonly without?: string;
  readonly scores?: ScoredBeside;
  /** SHA-256 of the files that were proved (files.ts). */
  readonly files?: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly at: string;
  readonly tunebook: string;
}

/** Bytes that are read: those of a thousand inputs with all their numbers are fewer. */
const MOST = 64 * 2 ** 20;
/** Numbers of a row that are kept. */
const NUMBERS = 512;

export function proofOf(
  d: Deployment,
  o: {
    readonly golden: Golden;
    readonly expected: Answers;
    readonly by: ProvedBy | { readonly missing: string };
    readonly compared: Comparison | null;
    readonly verdict: Verdict | "not run";
    readonly scores?: ScoredBeside | undefined;
    readonly vouched?: boolean;
  },
): Proof {
  const { expected, by } = o;
  return {
    version: 1,
    target: callText(d.target),
    ...("missing" in by ? { runtime: null, unproved: by.missing } : { runtime: by }),
    golden: o.golden,
    inputs: hashOf(o.golden),
    expected: {
      says: expected.says,
      ...(expected.numeric && { numeric: true as const }),
      ...(expected.numbers && { numbers: expected.numbers.map((row) => packed(thinned(row))) }),
      ...(expected.tokens && { tokens: expected.tokens }),
      ...(expected.leads && { leads: expected.leads.map(packed) }),
    },
    compared: o.compared && { ...o.compared, difference: finite(o.compared.difference) },
    tolerance: d.written.tolerance,
    verdict: o.verdict,
    ...(o.vouched && { by: "rows" as const }),
    ...(d.fitted && { without: toldFitted(d.fitted) }),
    ...(o.scores && { scores: o.scores }),
    at: new Date().toISOString(),
    tunebook: d.tunebook,
  };
}

/** JSON has no infinity. */
const finite = (x: number | null): number | null => (x === null || Number.isFinite(x) ? x : Number.MAX_VALUE);

export function hashOf(golden: Golden): string {
  return createHash("sha256").update(JSON.stringify(golden)).digest("hex");
}

/** The same places of any row of that length. */
export function thinned(row: Float32Array): Float32Array {
  if (row.length <= NUMBERS) return row;
  return Float32Array.from({ length: NUMBERS }, (_, i) => row[Math.floor((i * row.length) / NUMBERS)]!);
}
function packed(row: Float32Array): string {
  return Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString("base64");
}
function unpacked(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
}

const turn = fields({ role: v.picklist(["system", "user", "assistant"]), content: v.string() });
const prompt = v.union([v.string(), v.array(turn)]);
const asked = v.union([v.string(), v.tuple([v.string(), v.string()])]);
const golden: Schema<Golden> = v.union([
  fields({ is: v.literal("asked"), inputs: v.array(asked) }),
  fields({ is: v.literal("prompts"), inputs: v.array(prompt), most: v.number() }),
]);
/** In JSON what is no number is null. */
const score = v.pipe(
  v.nullable(figure),
  v.transform((x) => x ?? Number.NaN),
);
const compared: Schema<Comparison> = fields({
  inputs: v.number(),
  difference: v.nullable(figure),
  greatest: score,
  agree: v.number(),
  tokens: v.exactOptional(
    fields({
      told: v.exactOptional(v.literal(true)),
      agree: v.number(),
      of: v.number(),
      first: v.number(),
      parted: v.number(),
      even: v.number(),
    }),
  ),
});
const metric = fields({
  notebook: score,
  deployed: score,
  low: v.nullable(figure),
  high: v.nullable(figure),
  worse: v.exactOptional(v.literal(true)),
});
const schema: Schema<Proof> = fields({
  version: v.literal(1),
  target: v.string(),
  runtime: v.nullable(fields({ title: v.string(), version: v.string() })),
  unproved: v.exactOptional(v.string()),
  without: v.exactOptional(v.string()),
  golden,
  inputs: v.string(),
  expected: fields({
    says: v.array(v.string()),
    numeric: v.exactOptional(v.literal(true)),
    numbers: v.exactOptional(v.array(v.string())),
    tokens: v.exactOptional(v.array(v.array(v.number()))),
    leads: v.exactOptional(v.array(v.string())),
  }),
  compared: v.nullable(compared),
  tolerance: v.nullable(figure),
  verdict: v.picklist(["equal", "agrees", "differs", "not run"]),
  by: v.exactOptional(v.literal("rows")),
  scores: v.exactOptional(
    fields({
      rows: v.number(),
      dataHash: v.string(),
      on: v.string(),
      metrics: table(metric),
      labels: v.exactOptional(fields({ of: v.number(), agree: v.number() })),
    }),
  ),
  files: v.exactOptional(table(v.string())),
  at: v.string(),
  tunebook: v.string(),
});

/** Coded error `deployment-unreadable`: it isn't there, is no proof, or its inputs are others than those it was made of. */
export function readProof(home: string): Proof {
  const file = join(home, PROOF);
  const unreadable = (why: string): CodedError => new CodedError("deployment-unreadable", { file, why });
  let proof: Proof;
  try {
    const bytes = readWhole(file, MOST);
    if (bytes === null) throw new NotRead("it isn't there");
    proof = jsonIn(bytes.toString("utf8"), schema);
  } catch (error) {
    throw unreadable(error instanceof NotRead ? error.why : error instanceof Error ? error.message : String(error));
  }
  if (hashOf(proof.golden) !== proof.inputs) throw unreadable("its inputs are not those that its hash was made of");
  return proof;
}

/** What the notebook said, as far as it was kept. */
export function expectedIn({ expected: { says, numeric, numbers, tokens, leads } }: Proof): Answers {
  return {
    says,
    ...(numeric && { numeric }),
    ...(numbers && { numbers: numbers.map(unpacked) }),
    ...(tokens && { tokens }),
    ...(leads && { leads: leads.map(unpacked) }),
  };
}
/** Answers, of whose numbers those are left that a proof keeps. */
export function thinnedAnswers(answers: Answers): Answers {
  return { ...answers, ...(answers.numbers && { numbers: answers.numbers.map(thinned) }) };
}

/** A figure as proofs tell it: three digits, small ones with their power. */
export function figures(x: number): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(1);
}

/** Two figures with as many digits as tell them apart, three at least. */
export function apartFigures(a: number, b: number): readonly [string, string] {
  const most = 9;
  const of = (digits: number): readonly [string, string] => [a.toPrecision(digits), b.toPrecision(digits)];
  let digits = 3;
  while (digits < most && a !== b && of(digits)[0] === of(digits)[1]) digits++;
  return of(digits);
}
