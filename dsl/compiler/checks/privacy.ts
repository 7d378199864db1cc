/** Checks whether a training can meet its privacy guarantee for single rows, before any of it runs. */
import { trainingSplit } from "../plan/estimates.js";
import { privacyWordCapabilities } from "../plan/private.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { tuneText } from "../plan/text.js";
import { isCall } from "../plan/value.js";
import { keepsBestWeights } from "../plan/watched-metric.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import { isBatchwise, type BatchingInput } from "./batching.js";
import type {} from "./privacy-codes.js";

export interface PrivateTraining extends BatchingInput {
  /** The privacy call with its defaults filled in. */
  readonly call: Call;
  readonly facts: DataFacts;
  readonly streamed: boolean;
  readonly repeats: { readonly count: number } | undefined;
  readonly runner: GivenValue | undefined;
  readonly calibrate: GivenValue | undefined;
  /** True if the training continues from trained weights by an update strategy. */
  readonly update: boolean;
  /** True if the rows are held by federated clients. */
  readonly federated: boolean;
}

/** @returns false if it cannot (reported) */
export function checkPrivacy(program: Program, options: PrivateTraining): boolean {
  const before = program.reporter.diagnostics.length;
  checkSettings(program, options);
  checkSubject(program, options);
  checkTimes(program, options);
  checkSelection(program, options);
  return !program.reporter.diagnostics.slice(before).some(({ severity }) => severity === "error");
}

/** Checks settings that conflict with privacy. */
function checkSettings(
  program: Program,
  { call, settings, training, runner, update, federated, here }: PrivateTraining,
): void {
  const span = settings.get("privacy")?.span;
  const [shuffle, clip, packing] = ["shuffle", "clip", "packing"].map((key) => settings.get(key));
  if (update) program.reportNear("private-update", {}, span, here);
  const unit = privacyWordCapabilities(program, call)?.privacyUnit(call) ?? null;
  if (federated && unit === null) program.reportNear("private-of-whom", {}, span, here);
  if (shuffle && training.shuffle !== "random")
    program.reportNear("private-order", { shuffle: training.shuffle }, shuffle.span, here);
  if (training.packing) program.reportNear("private-packing", {}, packing?.span ?? span, here);
  if (clip) {
    const privacy = privacyWordCapabilities(program, call)?.maxNorm(call) ?? 1;
    const details = { clip: training.clip === null ? "none" : String(training.clip), privacy };
    program.reportNear("two-clips", details, clip.span, here);
  }
  // In a federation the runner only carries messages, and each client computes its own updates.
  if (runner && !federated && isCall(runner.value))
    program.reportNear("private-runner", { runner: runner.value.word }, runner.span, here);
  if (!federated && unit === "client") program.reportNear("private-client", {}, span, here);
}

/** Checks the model and its data. */
function checkSubject(program: Program, options: PrivateTraining): void {
  const { model, data, facts, streamed, settings, here } = options;
  const { registry } = program;
  const span = settings.get("privacy")?.span;
  const { task, technique, scratch } = model;
  if (streamed) program.reportNear("private-streamed", { data: data.name }, span, here);
  if (scratch) program.reportNear("private-tokenizer", { tokenizer: scratch.tokenizer.word }, span, here);
  if (isBatchwise(program, model, data))
    program.reportNear("private-rows", { word: task.word, why: "batchwise" }, span, here);
  if (registry.find("technique", technique.word)?.capabilities?.isExact?.(technique) === true)
    program.reportNear("private-rows", { word: technique.word, why: "exact" }, span, here);
  const counted = registry.find("task", task.word)?.capabilities?.countsOverTraining?.(task) ?? null;
  if (counted !== null) program.reportNear("private-counts", { what: counted }, span, here);
  const spreading = data.clean.find(
    (call) => registry.find("cleaner", call.word)?.capabilities?.affectsOtherRows?.(call) === true,
  );
  if (spreading) program.reportNear("private-neighbours", { cleaner: tuneText(spreading) }, span, here);
  const copies = (trainingSplit(facts)?.labels ?? []).reduce(
    (n, { count, own: ownCount = count }) => n + count - ownCount,
    0,
  );
  if (copies > 0) program.reportNear("private-copies", { data: data.name, rows: copies }, span, here);
}

/** The privacy guarantee covers a single training. */
function checkTimes(program: Program, { repeats, settings, here }: PrivateTraining): void {
  const span = settings.get("privacy")?.span;
  if (!repeats) return;
  program.reportNear("private-many", { what: `repeats: ${String(repeats.count)}`, times: repeats.count }, span, here);
}

/** Reports a private training on folds: the privacy guarantee covers a single training. */
export function refusePrivacyOfFolds(
  program: Program,
  options: {
    readonly data: DefinitionDraft;
    readonly folds: number;
    readonly place: Span | undefined;
    readonly here: Span;
  },
): void {
  const what = `split: ${tuneText(options.data.given.get("split")?.value ?? null)}`;
  program.reportNear("private-many", { what, times: options.folds }, options.place, options.here);
}

/** Checks uses of validation rows, which no noise protects. */
function checkSelection(program: Program, { facts, training, settings, calibrate, here }: PrivateTraining): void {
  const rows = facts.splits["validation"]?.rows ?? 0;
  if (rows === 0) return;
  const keep = settings.get("keep");
  const stopping = training.early_stopping && settings.get("early_stopping");
  const [written, what, does] =
    keep && keepsBestWeights(training)
      ? [keep, "`keep: best`", "chooses the weights by"]
      : stopping
        ? [stopping, "`early_stopping`", "ends the training by"]
        : calibrate
          ? [calibrate, "`calibrate`", "is fitted to"]
          : [null, "", ""];
  if (written) program.reportNear("private-selection", { what, does, rows }, written.span, here);
}
