/** What a federation promises: of each client, or of each row of a client that is as most are. */
import { tuneText } from "../plan/text.js";
import { privacyPlan, privacyCapabilitiesOf } from "../plan/private.js";
import { trainingSplit } from "../plan/estimates.js";
import type { Estimates } from "../plan/plan.js";
import type { FederatedPlan, PrivacyPlan, RecipePlan } from "../plan/recipe.js";
import type { Program } from "../plan/program.js";
import type { AggregatorCapabilities } from "../../language/types/capabilities/federation.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Call } from "../../language/types/value.js";
import { updatesPerEpoch } from "../plan/batches.js";
import type { BatchingInput } from "../checks/batching.js";
import { checkCanaries } from "../checks/canaries.js";
import { checkPrivacy } from "../checks/privacy.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { DataPlan } from "../../language/types/subject.js";
import { clientCount, participantCount, type ClientData, type FederationDraft } from "./clients.js";
import { isStreamed } from "../plan/streaming.js";
import type {} from "../checks/privacy-codes.js";

interface Promising {
  /** Made whole. */
  readonly privacy: Call;
  readonly training: RecipePlan;
  /** Of each data set. */
  readonly datas: readonly DataFacts[];
  /** Clients are processes elsewhere. */
  readonly elsewhere: boolean;
  readonly span: Span | undefined;
  readonly here: Span;
}
type Settings = Omit<FederatedPlan, "others">;

/** Undefined: nothing can be promised (reported). */
function promiseOf(program: Program, settings: Settings, options: Promising): PrivacyPlan | undefined {
  const unit = privacyCapabilitiesOf(program, options.privacy)?.unit(options.privacy);
  if (unit !== "client" && unit !== "row") return undefined;
  return unit === "client" ? ofClients(program, settings, options) : ofRows(program, settings, options);
}

/** A round is an update, and each client is in it by chance. */
function ofClients(program: Program, settings: Settings, options: Promising): PrivacyPlan | undefined {
  const { aggregate, participation, rounds } = settings;
  const facts: AggregatorCapabilities | undefined = program.registry.find("aggregator", aggregate.word)?.capabilities;
  if (facts?.each || facts?.keeps) {
    const why = facts.each ? "each" : "keeps";
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

/** Each client's steps are private by themselves; those of a client with as many rows as there are on average. */
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

/** How many rows each client has nobody here knows, nor the noise that they take: the promise alone is told to all. */
function ofRowsElsewhere(program: Program, { privacy, span, here }: Promising): PrivacyPlan | undefined {
  const word = privacyCapabilitiesOf(program, privacy);
  const [few, many] = [1, 2].map((steps) => word?.promises(privacy, { rate: 1, steps, units: 1 }));
  if (!word || !few || !many || !("epsilon" in few)) return undefined;
  if ("epsilon" in many && many.epsilon !== few.epsilon) {
    program.reportNear("counted-elsewhere", { what: tuneText(privacy), why: "promise" }, span, here);
    return undefined;
  }
  const { epsilon, delta } = few;
  // As it is written: each finds the δ of as many rows as it has.
  return { call: privacy, unit: "row", epsilon, delta, clip: word.clip(privacy), noise: 0, rate: 0, steps: 0 };
}

/** A training, as far as what it promises goes. */
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

/** Whether what is promised of single rows, or of clients, can be kept, and rows be made that tell whether it is. */
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

/** The noise that keeps the promise, over the steps of the training. Undefined: none does (reported). */
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
