/**
 * Plans of federated trainings, for new statements and for existing runs: the clients and the cost of their rounds.
 */
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { federationCapabilitiesOf } from "../plan/ranks.js";
import { isFromScratch } from "../plan/bases/scratch.js";
import { tuneText } from "../plan/text.js";
import type { FederatedPlan } from "../plan/plan.js";
import type { Program, NamedTraining } from "../plan/program.js";
import type {
  AggregatorCapabilities,
  UpdateCompressorCapabilities,
} from "../../language/types/capabilities/federation.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { GivenValue, Call, Value } from "../../language/types/value.js";
import { checkFederationRunner } from "./runner-limits.js";
import { clientCount, MIN_CLIENTS_TO_HIDE, stragglerCount, participantCount } from "./clients.js";
import { planTraining } from "./plan-training.js";
import { trainingSettingsOf } from "./settings.js";
import { type PlannedTraining } from "./training-request.js";

const VERB = "federate";
type Federated = NonNullable<NamedTraining["federated"]>;

export interface FederationPlaces {
  readonly modelAt: Span;
  readonly dataAt: readonly Span[];
  readonly here: Span;
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
}

export function planFederation(
  program: Program,
  run: Pick<NamedTraining, "model" | "recipe" | "ownSettings" | "data"> & { readonly federated: Federated },
  name: string,
  places: FederationPlaces,
): PlannedTraining | undefined {
  const { model, data, recipe, federated } = run;
  const settings = settledOf(program, federated, places);
  const dataAt = places.dataAt[0] ?? places.here;
  if (!settings || !demandClients(program, run, settings, places)) return undefined;
  const { statement, modelAt, here } = places;
  return planTraining(program, {
    model,
    data,
    recipe,
    run: name,
    modelAt,
    dataAt,
    here,
    settings: trainingSettingsOf(program, run),
    ...(statement && { statement }),
    runner: federated.settings.get("runner"),
    federated: {
      settings,
      others: federated.others.map((draft, i) => ({ draft, span: places.dataAt[i + 1] ?? here })),
      personalAt: federated.settings.get("personal")?.span,
      clientsAt: columnIn(federated.settings.get("clients")),
    },
  });
}

/** Returns the span of the column that a call names, if any. */
function columnIn(given: GivenValue | undefined): Span | undefined {
  const named = [...(given?.places ?? [])].find(([path]) => /(^|\.)(by|column)$/.test(path));
  return named?.[1] ?? given?.span;
}

/** Returns the statement's own keys with defaults. Undefined if there is an error (reported). */
function settledOf(
  program: Program,
  { settings }: Federated,
  { here }: FederationPlaces,
): Omit<FederatedPlan, "others"> | undefined {
  const errors = program.reporter.diagnostics.length;
  const parameters = program.registry.verbs().find((verb) => verb.name === VERB)?.parameters ?? [];
  const { values } = fillDefaults(program, parameters, settings, "federated.", { here });
  if (program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error")) return undefined;
  const call = (name: string): Call | null => (isCall(values[name]) ? values[name] : null);
  const aggregate = call("aggregate");
  if (!aggregate) throw new Error("the verb `federate` has no default for `aggregate`");
  const list = values["compression"];
  const runner = call("runner");
  const joined = runner && federationCapabilitiesOf(program.registry, runner)?.joiningClients(runner);
  const personal = settings.has("personal") ? (values["personal"] as NonNullable<FederatedPlan["personal"]>) : [];
  return {
    ...(typeof joined === "number" && { joined }),
    clients: call("clients"),
    rounds: Number(values["rounds"]),
    aggregate,
    participation: values["participation"] as FederatedPlan["participation"],
    stragglers: shareOf(values["stragglers"]),
    secure_aggregation: values["secure_aggregation"] === true,
    compression: Array.isArray(list) ? list.filter(isCall) : [],
    ...(personal.length > 0 && { personal }),
  };
}

function shareOf(value: Value | undefined): number {
  return value && typeof value === "object" && "share" in value ? value.share : 0;
}

function demandClients(
  program: Program,
  {
    data,
    model,
    federated: { others, settings: given },
  }: Pick<NamedTraining, "data" | "model"> & { readonly federated: Federated },
  settings: Omit<FederatedPlan, "others">,
  places: FederationPlaces,
): boolean {
  const { clients, joined } = settings;
  const datas = [data, ...others];
  const runner = given.get("runner");
  const place = (key: string): Span => given.get(key)?.span ?? places.here;
  const report = <R>(_told: R): false => false;
  if (isFromScratch(model)) return report(program.report("federate-scratch", { model: model.name }, places.modelAt));
  if (joined !== undefined && (clients || others.length > 0)) {
    const details = { joined, ...(clients ? { clients: tuneText(clients) } : { data: datas.map(({ name }) => name) }) };
    return report(program.reportNear("clients-twice", details, runner?.span, places.here));
  }
  if (clients && others.length > 0) {
    const details = { data: datas.map(({ name }) => name), clients: tuneText(clients) };
    return report(program.report("clients-twice", details, place("clients")));
  }
  if (!checkFederationRunner(program, runner, { settings, given }, places.here)) return false;
  if (!clients && others.length === 0 && joined === undefined) {
    const details = { data: data.name, ...(isCall(runner?.value) && { runner: runner.value.word }) };
    return report(program.report("federate-no-clients", details, places.dataAt[0] ?? places.here));
  }
  return (
    demandSums(program, settings, place) &&
    demandEnough(program, settings, datas.length, place) &&
    demandLeft(program, settings, datas.length, place)
  );
}

/** Checks that enough clients remain to undo the masks of lost clients in secure aggregation. */
function demandLeft(
  program: Program,
  settings: Omit<FederatedPlan, "others">,
  datas: number,
  place: (key: string) => Span,
): boolean {
  const clients = clientCount(program, settings, datas);
  if (clients === null || !settings.secure_aggregation) return true;
  const participants = participantCount(settings, clients);
  const lost = stragglerCount(settings, participants);
  const most = participants - (Math.floor((2 * participants) / 3) + 1);
  if (lost <= most) return true;
  program.report("secure-lost", { participants, lost, most }, place("stragglers"));
  return false;
}

/** With secure aggregation the server sees only sums, so the aggregator and the compression must work on sums. */
function demandSums(
  program: Program,
  { aggregate, compression, secure_aggregation: secure }: Omit<FederatedPlan, "others">,
  place: (key: string) => Span,
): boolean {
  if (!secure) return true;
  const aggregator: AggregatorCapabilities | undefined = program.registry.find(
    "aggregator",
    aggregate.word,
  )?.capabilities;
  if (aggregator?.needsSingleUpdates) {
    program.report("secure-sees-each", { word: aggregate.word, key: "aggregate" }, place("aggregate"));
    return false;
  }
  const sparse = compression.find(({ word }) => {
    const facts: UpdateCompressorCapabilities | undefined = program.registry.find("compressor", word)?.capabilities;
    return facts?.sparse === true;
  });
  const [first] = compression;
  if (sparse) program.report("secure-sees-each", { word: sparse.word, key: "compression" }, place("compression"));
  else if (first) program.report("secure-compression", { word: first.word }, place("compression"));
  return first === undefined;
}

/** Checks that a round has as many clients as the processing of their updates needs. */
function demandEnough(
  program: Program,
  settings: Omit<FederatedPlan, "others">,
  datas: number,
  place: (key: string) => Span,
): boolean {
  const clients = clientCount(program, settings, datas);
  if (clients === null) return true;
  const participants = participantCount(settings, clients);
  const { aggregate, secure_aggregation: secure } = settings;
  const facts: AggregatorCapabilities | undefined = program.registry.find("aggregator", aggregate.word)?.capabilities;
  const needs = [
    { needs: secure ? MIN_CLIENTS_TO_HIDE : 1, why: "`secure_aggregation`", key: "secure_aggregation" },
    { needs: facts?.minClients?.(aggregate) ?? 1, why: `\`${tuneText(aggregate)}\``, key: "aggregate" },
  ].find((one) => one.needs > participants);
  if (!needs) return true;
  const { key, ...details } = needs;
  program.report("participants-lacking", { participants, clients, ...details }, place(key));
  return false;
}
