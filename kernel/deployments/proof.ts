/**
 * The proof of a deployment, `proof.json`: what it was asked, what the notebook said, how far its own answers were from that,
 * in which runtime. The inputs are made (golden.ts), so that it travels and anybody may prove it again. Of test rows it holds
 * their hash and figures alone.
 */
import { calibrationText } from "../inference/fitted-calibration.js";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { callText } from "../host/value-text.js";
import { anyNumber, objectWith, parseJsonAs, dictionaryOf, type Schema } from "../fetch/json.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";
import type { RuntimeAnswers } from "./runtime-answers.js";
import type { AnswerComparison, DeploymentVerdict } from "./compare.js";
import type { Deployment } from "./deployment.js";
import type { LabelAgreement } from "./labels-agree.js";
import type { GoldenInputs } from "./golden.js";

export const PROOF_FILE = "proof.json";

export interface ProofRuntime {
  /** "ONNX Runtime". */
  readonly title: string;
  readonly version: string;
}
export interface ComparedScores {
  readonly rows: number;
  /** Of what was scored; of a model that was trained privately `withheld`: who knows all rows but one could try the last. */
  readonly dataHash: string;
  readonly on: string;
  /** Of tasks with labels: to how many of the rows (of their words, where those are told apart) both give the same. */
  readonly labels?: LabelAgreement;
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
export interface DeploymentProof {
  readonly version: 1;
  readonly target: string;
  /** Null: it was opened in none; `unproved` says why. */
  readonly runtime: ProofRuntime | null;
  /** Why it was not run. */
  readonly unproved?: string;
  readonly golden: GoldenInputs;
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
  readonly compared: AnswerComparison | null;
  readonly tolerance: number | null;
  readonly verdict: DeploymentVerdict | "not run";
  /** Made-up inputs alone spoke against a rounded model: scored rows spoke for it. */
  readonly by?: "rows";
  /** Both sides without what was fitted to validation, in words; absent: nothing was. */
  readonly without?: string;
  readonly scores?: ComparedScores;
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
  options: {
    readonly golden: GoldenInputs;
    readonly expected: RuntimeAnswers;
    readonly by: ProofRuntime | { readonly missing: string };
    readonly compared: AnswerComparison | null;
    readonly verdict: DeploymentVerdict | "not run";
    readonly scores?: ComparedScores | undefined;
    readonly vouched?: boolean;
  },
): DeploymentProof {
  const { expected, by } = options;
  return {
    version: 1,
    target: callText(d.target),
    ...("missing" in by ? { runtime: null, unproved: by.missing } : { runtime: by }),
    golden: options.golden,
    inputs: goldenInputsHash(options.golden),
    expected: {
      says: expected.says,
      ...(expected.numeric && { numeric: true as const }),
      ...(expected.numbers && { numbers: expected.numbers.map((row) => packed(sampleNumbers(row))) }),
      ...(expected.tokens && { tokens: expected.tokens }),
      ...(expected.leads && { leads: expected.leads.map(packed) }),
    },
    compared: options.compared && { ...options.compared, difference: finite(options.compared.difference) },
    tolerance: d.written.tolerance,
    verdict: options.verdict,
    ...(options.vouched && { by: "rows" as const }),
    ...(d.fitted && { without: calibrationText(d.fitted) }),
    ...(options.scores && { scores: options.scores }),
    at: new Date().toISOString(),
    tunebook: d.tunebook,
  };
}

/** JSON has no infinity. */
const finite = (x: number | null): number | null => (x === null || Number.isFinite(x) ? x : Number.MAX_VALUE);

export function goldenInputsHash(golden: GoldenInputs): string {
  return createHash("sha256").update(JSON.stringify(golden)).digest("hex");
}

/** The same places of any row of that length. */
export function sampleNumbers(row: Float32Array): Float32Array {
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

const turn = objectWith({ role: v.picklist(["system", "user", "assistant"]), content: v.string() });
const prompt = v.union([v.string(), v.array(turn)]);
const promptSchema = v.union([v.string(), v.tuple([v.string(), v.string()])]);
const golden: Schema<GoldenInputs> = v.union([
  objectWith({ is: v.literal("asked"), inputs: v.array(promptSchema) }),
  objectWith({ is: v.literal("prompts"), inputs: v.array(prompt), most: v.number() }),
]);
/** In JSON what is no number is null. */
const score = v.pipe(
  v.nullable(anyNumber),
  v.transform((x) => x ?? Number.NaN),
);
const compared: Schema<AnswerComparison> = objectWith({
  inputs: v.number(),
  difference: v.nullable(anyNumber),
  greatest: score,
  agree: v.number(),
  tokens: v.exactOptional(
    objectWith({
      told: v.exactOptional(v.literal(true)),
      agree: v.number(),
      of: v.number(),
      first: v.number(),
      parted: v.number(),
      even: v.number(),
    }),
  ),
});
const metric = objectWith({
  notebook: score,
  deployed: score,
  low: v.nullable(anyNumber),
  high: v.nullable(anyNumber),
  worse: v.exactOptional(v.literal(true)),
});
const schema: Schema<DeploymentProof> = objectWith({
  version: v.literal(1),
  target: v.string(),
  runtime: v.nullable(objectWith({ title: v.string(), version: v.string() })),
  unproved: v.exactOptional(v.string()),
  without: v.exactOptional(v.string()),
  golden,
  inputs: v.string(),
  expected: objectWith({
    says: v.array(v.string()),
    numeric: v.exactOptional(v.literal(true)),
    numbers: v.exactOptional(v.array(v.string())),
    tokens: v.exactOptional(v.array(v.array(v.number()))),
    leads: v.exactOptional(v.array(v.string())),
  }),
  compared: v.nullable(compared),
  tolerance: v.nullable(anyNumber),
  verdict: v.picklist(["equal", "agrees", "differs", "not run"]),
  by: v.exactOptional(v.literal("rows")),
  scores: v.exactOptional(
    objectWith({
      rows: v.number(),
      dataHash: v.string(),
      on: v.string(),
      metrics: dictionaryOf(metric),
      labels: v.exactOptional(objectWith({ of: v.number(), agree: v.number() })),
    }),
  ),
  files: v.exactOptional(dictionaryOf(v.string())),
  at: v.string(),
  tunebook: v.string(),
});

/** Coded error `deployment-unreadable`: it isn't there, is no proof, or its inputs are others than those it was made of. */
export function readProof(home: string): DeploymentProof {
  const file = join(home, PROOF_FILE);
  const unreadable = (why: string): CodedError => new CodedError("deployment-unreadable", { file, why });
  let proof: DeploymentProof;
  try {
    const bytes = readWholeFile(file, MOST);
    if (bytes === null) throw new FileNotRead("it isn't there");
    proof = parseJsonAs(bytes.toString("utf8"), schema);
  } catch (error) {
    throw unreadable(error instanceof FileNotRead ? error.why : error instanceof Error ? error.message : String(error));
  }
  if (goldenInputsHash(proof.golden) !== proof.inputs)
    throw unreadable("its inputs are not those that its hash was made of");
  return proof;
}

/** What the notebook said, as far as it was kept. */
export function expectedAnswersOf({
  expected: { says, numeric, numbers, tokens, leads },
}: DeploymentProof): RuntimeAnswers {
  return {
    says,
    ...(numeric && { numeric }),
    ...(numbers && { numbers: numbers.map(unpacked) }),
    ...(tokens && { tokens }),
    ...(leads && { leads: leads.map(unpacked) }),
  };
}
/** Answers, of whose numbers those are left that a proof keeps. */
export function sampleAnswerNumbers(answers: RuntimeAnswers): RuntimeAnswers {
  return { ...answers, ...(answers.numbers && { numbers: answers.numbers.map(sampleNumbers) }) };
}

/** A figure as proofs tell it: three digits, small ones with their power. */
export function formatFigure(x: number): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(1);
}

/** Two figures with as many digits as tell them apart, three at least. */
export function distinguishableFigures(a: number, b: number): readonly [string, string] {
  const most = 9;
  const figuresWith = (digits: number): readonly [string, string] => [a.toPrecision(digits), b.toPrecision(digits)];
  let digits = 3;
  while (digits < most && a !== b && figuresWith(digits)[0] === figuresWith(digits)[1]) digits++;
  return figuresWith(digits);
}
