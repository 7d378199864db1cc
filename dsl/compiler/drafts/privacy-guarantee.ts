/** The privacy guarantee of a federation: for each client, or for each row of a client of average size. */
import { tuneText } from "../plan/text.js";
import { privacyPlan, privacyWordCapabilities } from "../plan/private.js";
import { trainingSplit } from "../plan/estimates.js";
import type { Estimates, FederatedPlan, PrivacyPlan, RecipePlan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import type { AggregatorCapabilities } from "../../language/types/capabilities/federation.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Call, GivenValue, DataPlan } from "../../language/types/value.js";
import { updatesPerEpoch } from "../plan/batches.js";
import type { BatchingInput } from "../checks/batching.js";
import { checkCanaries } from "../checks/canaries.js";
import { checkPrivacy } from "../checks/privacy.js";
import { clientCount, participantCount, type ClientData, type FederationDraft } from "./clients.js";
import { isStreamed } from "../plan/streaming.js";
import type {} from "../checks/privacy-codes.js";

interface Promising {
  /** The privacy call with its defaults filled in. */
  readonly privacy: Call;
  readonly training: RecipePlan;
  readonly datas: readonly DataFacts[];
  /** Clients are remote processes. */
  readonly elsewhere: boolean;
  readonly span: Span | undefined;
  readonly here: Span;
}
type Settings = Omit<FederatedPlan, "others">;

/** Returns the privacy plan; undefined if no guarantee is possible (reported). */
function promiseOf(program: Program, settings: Settings, options: Promising): PrivacyPlan | undefined {
  const unit = privacyWordCapabilities(program, options.privacy)?.privacyUnit(options.privacy);
  if (unit !== "client" && unit !== "row") return undefined;
  return unit === "client" ? ofClients(program, settings, options) : ofRows(program, settings, options);
}

/** Client-level guarantee: a round is an update, and each client is sampled into it. */
function ofClients(program: Program, settings: Settings, options: Promising): PrivacyPlan | undefined {
  const { aggregate, participation, rounds } = settings;
  const facts: AggregatorCapabilities | undefined = program.registry.find("aggregator", aggregate.word)?.capabilities;
  if (facts?.needsSingleUpdates || facts?.clientsKeepState) {
    const why = facts.needsSingleUpdates ? "each" : "keeps";
    program.reportNear("private-clients", { word: aggregate.word, why }, options.span, options.here);
    return undefined;
  }
  if (settings.personal) {
    program.reportNear("private-personal", {}, options.span, options.here);
    return undefined;
  }
  if (settings.secure_aggregation && (settings.stragglers > 0 || options.elsewhere)) {
    program.reportNear("private-lost", { why: options.elsewhere ? "elsewhere" : "drawn" }, options.span, options.here);
    return undefined;
  }
  const clients = clientCount(program, settings, options.datas.length);
  if (clients === null && typeof participation === "number") {
    program.reportNear("private-chance", { participants: participation }, options.span, options.here);
    return undefined;
  }
  const rate =
    clients !== null
      ? participantCount(settings, clients) / clients
      : typeof participation === "number"
        ? 1
        : participation.share;
  const { span, here } = options;
  return privacyPlan(program, options.privacy, {
    rate,
    steps: rounds,
    units: clients ?? 1,
    unit: "client",
    span,
    here,
  });
}

/**
 * Row-level guarantee: each client's steps are private on their own, computed for a client with the average row count.
 */
function ofRows(program: Program, settings: Settings, options: Promising): PrivacyPlan | undefined {
  const { training, span, here } = options;
  if (settings.joined !== undefined) return ofRowsElsewhere(program, options);
  const rows = options.datas.reduce((sum, facts) => sum + (trainingSplit(facts)?.rows ?? 0), 0);
  const clients = clientCount(program, settings, options.datas.length) ?? 1;
  const units = Math.max(1, Math.round(rows / clients));
  const inRound = training.steps ?? Math.max(1, Math.round(updatesPerEpoch(units, training) * (training.epochs ?? 1)));
  const rate = Math.min(1, (training.batch_size * training.accumulate) / units);
  return privacyPlan(program, options.privacy, {
    rate,
    steps: settings.rounds * inRound,
    units,
    unit: "row",
    span,
    here,
  });
}

/**
 * Row-level guarantee with remote clients: row counts and the resulting noise are unknown locally, so only the
 * guarantee itself is sent to all.
 */
function ofRowsElsewhere(program: Program, { privacy, span, here }: Promising): PrivacyPlan | undefined {
  const word = privacyWordCapabilities(program, privacy);
  const [few, many] = [1, 2].map((steps) => word?.guarantee(privacy, { rate: 1, steps, units: 1 }));
  if (!word || !few || !many || !("epsilon" in few)) return undefined;
  if ("epsilon" in many && many.epsilon !== few.epsilon) {
    program.reportNear("counted-elsewhere", { what: tuneText(privacy), why: "promise" }, span, here);
    return undefined;
  }
  const { epsilon, delta } = few;
  // As written: each client derives δ from its own row count.
  return { call: privacy, unit: "row", epsilon, delta, clip: word.maxNorm(privacy), noise: 0, rate: 0, steps: 0 };
}

/** The parts of a training that its privacy guarantee depends on. */
interface Trains {
  readonly settings: ReadonlyMap<string, GivenValue>;
  readonly here: Span;
  readonly runner?: GivenValue | undefined;
  readonly calibrate?: GivenValue | undefined;
  readonly repeats?: { readonly count: number } | undefined;
  readonly update?: object | undefined;
  readonly federated?: FederationDraft | undefined;
}
interface Has {
  readonly data: { readonly plan: DataPlan };
  readonly facts: DataFacts;
  readonly others: readonly ClientData[];
  readonly recipe: { readonly privacy?: Call; readonly plan: RecipePlan };
}

/** Checks that the guarantee for rows or clients can be met, and that canary rows that test it can be made. */
export function checkPrivacyGuarantee(
  program: Program,
  { runner, calibrate, repeats, update, federated }: Trains,
  { data, facts, recipe: { privacy } }: Pick<Has, "data" | "facts" | "recipe">,
  batching: BatchingInput,
): boolean {
  const more = { runner, calibrate, repeats, streamed: isStreamed(data.plan) };
  const input = { ...batching, ...more, update: update !== undefined, federated: federated !== undefined };
  return (
    checkCanaries(program, input) &&
    (privacy === undefined || checkPrivacy(program, { ...input, facts, call: privacy }))
  );
}

/** Returns the noise that meets the guarantee over the training's steps. Undefined if none does (reported). */
export function resolvePrivacyNoise(
  program: Program,
  { settings, federated, runner, here }: Trains,
  { facts, others, recipe: { privacy, plan: training } }: Has,
  { steps }: Estimates,
): PrivacyPlan | undefined {
  const span = settings.get("privacy")?.span;
  if (!privacy) return undefined;
  const datas = [facts, ...others.map((one) => one.facts)];
  const elsewhere = runner !== undefined;
  if (federated) return promiseOf(program, federated.settings, { privacy, training, datas, elsewhere, span, here });
  const units = Math.max(1, trainingSplit(facts)?.rows ?? 0);
  const rate = Math.min(1, (training.batch_size * training.accumulate) / units);
  return privacyPlan(program, privacy, { rate, steps, units, unit: "row", span, here });
}
