/**
 * The proof of a deployment, `proof.json`: its golden inputs, the notebook's outputs, the deviation of the deployed
 * model's, and the runtime. The inputs are synthetic (golden.ts), so that anybody may repeat the proof. Of test rows it
 * contains only their hash and metrics.
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
import type { LabelAgreement } from "./label-agreement.js";
import type { GoldenInputs } from "./golden.js";

export const PROOF_FILE = "proof.json";

export interface ProofRuntime {
  /** For example "ONNX Runtime". */
  readonly title: string;
  readonly version: string;
}
export interface ComparedScores {
  readonly rows: number;
  /**
   * Hash of the scored rows; `withheld` for privately trained models: who knows all rows but one could guess the last.
   */
  readonly dataHash: string;
  readonly on: string;
  /** For tasks with labels: the number of rows (or words) with equal labels. */
  readonly labels?: LabelAgreement;
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly notebook: number;
        readonly deployed: number;
        readonly low: number | null;
        readonly high: number | null;
        /**
         * The deployed model is worse by more than chance, and by more than half the width of the notebook's interval.
         */
        readonly worse?: true;
      }
    >
  >;
}
export interface DeploymentProof {
  readonly version: 1;
  readonly target: string;
  /** Null if it was opened in none; `unproved` gives the reason. */
  readonly runtime: ProofRuntime | null;
  readonly unproved?: string;
  readonly golden: GoldenInputs;
  /** SHA-256 of `golden`. */
  readonly inputs: string;
  readonly expected: {
    readonly says: readonly string[];
    readonly numeric?: true;
    /** base64 of f32, at most `NUMBERS` per row, evenly spaced. */
    readonly numbers?: readonly string[];
    readonly tokens?: readonly (readonly number[])[];
    /** base64 of f32, like `numbers`. */
    readonly leads?: readonly string[];
  };
  readonly compared: AnswerComparison | null;
  readonly tolerance: number | null;
  readonly verdict: DeploymentVerdict | "not run";
  /** Set if scored rows confirmed a rounded model although the golden inputs disagreed. */
  readonly by?: "rows";
  /** Calibration omitted on both sides, in words. Absent: the model has none. */
  readonly without?: string;
  readonly scores?: ComparedScores;
  /** SHA-256 of the proved files (files.ts). */
  readonly files?: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly at: string;
  readonly tunebook: string;
}

/** Maximum bytes: a thousand inputs with all their numbers take less. */
const MOST = 64 * 2 ** 20;
/** Maximum stored numbers of a row. */
const NUMBERS = 512;

export function makeDeploymentProof(
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

/** Samples the same positions of every row of a given length. */
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
/** JSON encodes NaN as null. */
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

/**
 * Throws the coded error `deployment-unreadable` if the proof is missing or invalid, or its inputs don't match their
 * hash.
 */
export function readProof(home: string): DeploymentProof {
  const file = join(home, PROOF_FILE);
  const unreadable = (why: string): CodedError => new CodedError("deployment-unreadable", { file, why });
  let proof: DeploymentProof;
  try {
    const bytes = readWholeFile(file, MOST);
    if (bytes === null) throw new FileNotRead("it does not exist");
    proof = parseJsonAs(bytes.toString("utf8"), schema);
  } catch (error) {
    throw unreadable(error instanceof FileNotRead ? error.why : error instanceof Error ? error.message : String(error));
  }
  if (goldenInputsHash(proof.golden) !== proof.inputs) throw unreadable("its inputs do not match their hash");
  return proof;
}

/** Returns the notebook's outputs as far as they are stored. */
export function storedExpectedAnswers({
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
/** Reduces the numbers to those that a proof stores. */
export function sampleAnswerNumbers(answers: RuntimeAnswers): RuntimeAnswers {
  return { ...answers, ...(answers.numbers && { numbers: answers.numbers.map(sampleNumbers) }) };
}

/** Formats a number as in proofs: three digits, small numbers with an exponent. */
export function formatProofNumber(x: number): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(1);
}

/** Formats two numbers with enough digits to distinguish them, at least three. */
export function formatDistinguishableNumbers(a: number, b: number): readonly [string, string] {
  const most = 9;
  const figuresWith = (digits: number): readonly [string, string] => [a.toPrecision(digits), b.toPrecision(digits)];
  let digits = 3;
  while (digits < most && a !== b && figuresWith(digits)[0] === figuresWith(digits)[1]) digits++;
  return figuresWith(digits);
}
