/** Clients of a federated training: their data, the participants per round, and the cost of all rounds. */
import { resolveData, resolveRecipe } from "../plan/definitions.js";
import { trainingSplit } from "../plan/estimates.js";
import { countTimesDue } from "../plan/cadence.js";
import type { Estimates, FederatedPlan, RecipePlan } from "../plan/plan.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { checkData, checkRoles, requestDataFacts, checkTables } from "../checks/world.js";
import type { PartitionCapabilities } from "../../language/types/capabilities/federation.js";
import type { DataFacts } from "../../language/types/facts.js";
import { type GivenValue, dataReadingSettingsOf, type DataPlan, type ModelPlan } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import { isStreamed } from "../plan/streaming.js";

/** Settings and further data of a federated training's clients. */
export interface FederationDraft {
  readonly settings: Omit<FederatedPlan, "others">;
  readonly others: readonly { readonly draft: DefinitionDraft; readonly span: Span }[];
  /** Span of the setting for the weights each client keeps private. */
  readonly personalAt?: Span | undefined;
  /** Span of the setting that distributes the rows. */
  readonly clientsAt?: Span | undefined;
}

/** Minimum clients per round for the sum to hide each of them. */
export const MIN_CLIENTS_TO_HIDE = 3;

/** Returns the number of clients that the statement names or that join; null if a column's values determine it. */
export function clientCount(
  program: Program,
  { clients, joined }: Pick<FederatedPlan, "clients" | "joined">,
  datas: number,
): number | null {
  if (joined !== undefined) return joined;
  if (!clients) return datas;
  const facts: PartitionCapabilities | undefined = program.registry.find("partition", clients.word)?.capabilities;
  return facts?.clientCount(clients) ?? null;
}

/** Returns the number of clients that take part in a round, out of `clients`. */
export function participantCount({ participation }: Pick<FederatedPlan, "participation">, clients: number): number {
  const wanted = typeof participation === "number" ? participation : Math.round(participation.share * clients);
  return Math.max(1, Math.min(clients, Math.round(wanted)));
}

/** Returns the number of participants that do not respond in a round; at least one responds. */
export const stragglerCount = ({ stragglers }: Pick<FederatedPlan, "stragglers">, participants: number): number =>
  Math.min(participants - 1, Math.round(stragglers * participants));

/** Resolved and counted data of a client. */
export interface ClientData {
  readonly plan: DataPlan;
  readonly facts: DataFacts;
}

/**
 * Resolves the data of all clients except the first. Undefined if there is an error (reported) or facts are missing.
 */
export function resolveOtherClients(
  program: Program,
  { others }: FederationDraft,
  model: ModelPlan,
  firstData: Pick<DefinitionDraft, "allowances">,
): readonly ClientData[] | undefined {
  const { allowing } = program;
  const found = others.map(({ draft, span }) => {
    // A warning allowed for one client's data is not allowed for another's.
    program.allowing = [...allowing.filter((one) => !firstData.allowances.includes(one)), ...draft.allowances];
    return otherOf(program, { draft, span }, model);
  });
  program.allowing = allowing;
  return found.every((one) => one !== undefined) ? found : undefined;
}

function otherOf(
  program: Program,
  { draft, span }: FederationDraft["others"][number],
  model: ModelPlan,
): ClientData | undefined {
  program.require(draft.needs);
  const data = resolveData(program, draft, span);
  if (!data || !checkRoles(program, data.plan, model.task, span)) return undefined;
  if (!checkTables(program, draft, data.plan, span) || !checkClientDataInMemory(program, data.plan, span))
    return undefined;
  const facts = requestDataFacts(program, draft, data.plan, dataReadingSettingsOf(model), span);
  // A client may have a single label: the labels of all clients are checked together.
  return facts && checkData(program, draft, data.plan, facts, span, "client") ? { plan: data.plan, facts } : undefined;
}

export function checkClientDataInMemory(program: Program, plan: DataPlan, here: Span): boolean {
  if (isStreamed(plan)) program.report("federate-streamed", { data: plan.name }, here);
  return !isStreamed(plan);
}

/** Checks that the technique's weights are trained by steps. */
export function checkTrainsBySteps(program: Program, { technique }: ModelPlan, here: Span): boolean {
  const exact = program.registry.find("technique", technique.word)?.capabilities?.isExact?.(technique) === true;
  if (exact) program.report("federate-exact", { technique: technique.word }, here);
  return !exact;
}

/** Whether there are validation rows. `facts`: of all data; if unset, only the names of splits are used. */
export function hasValidationRows(
  federated: FederationDraft | undefined,
  facts: readonly DataFacts[] | undefined,
  splits: readonly string[] | null | undefined,
): boolean {
  // Remote clients may have validation rows; this cannot be known locally.
  if (federated?.settings.joined !== undefined) return true;
  return facts ? facts.some((one) => (one.splits["validation"]?.rows ?? 0) > 0) : (splits ?? []).includes("validation");
}

/** Estimates the cost of all rounds from one round of a client with the rows of `first`. A step is a round. */
export function estimateFederation(
  program: Program,
  settings: Omit<FederatedPlan, "others">,
  { training, estimates: one }: { readonly training: RecipePlan; readonly estimates: Estimates },
  {
    first,
    others,
    carried,
  }: { readonly first: DataFacts; readonly others: readonly ClientData[]; readonly carried: boolean },
): Estimates {
  const { validating: looked } = one;
  if (settings.joined !== undefined)
    return {
      ...without(one),
      ...(looked && { validating: validatingOf(looked, training, settings.rounds) }),
      elsewhere: true,
      rows: 0,
      steps: settings.rounds,
      tokens: 0,
      flops: 0,
      seconds: null,
    };
  const rowsOf = (facts: DataFacts): number => trainingSplit(facts)?.rows ?? 0;
  const ownRows = Math.max(1, rowsOf(first));
  const rows = others.reduce((sum, { facts }) => sum + rowsOf(facts), rowsOf(first));
  const clients = clientCount(program, settings, 1 + others.length);
  const { participation, rounds } = settings;
  const share =
    clients === null
      ? typeof participation === "number"
        ? 1
        : participation.share
      : participantCount(settings, clients) / clients;
  const times = rounds * share * (rows / ownRows);
  const { seconds, secondsBetween, memoryBytes } = one;
  const all = [first, ...others.map(({ facts }) => facts)];
  const validating = validatedBy(all, { training, one, rounds });
  return {
    ...one,
    ...(validating && { validating }),
    rows,
    steps: rounds,
    tokens: Math.round(one.tokens * times),
    flops: Math.round(one.flops * times),
    // Each locally started client has its own model in memory, in addition to the coordinator's.
    memoryBytes: memoryBytes * (carried ? 2 + others.length : 1),
    seconds: seconds === null ? null : seconds * times,
    ...(secondsBetween && { secondsBetween: [secondsBetween[0] * times, secondsBetween[1] * times] }),
  };
}

/** Returns the estimates without the timing fields. */
function without({ secondsBetween, validating, ...rest }: Estimates): Omit<Estimates, "secondsBetween" | "validating"> {
  void [secondsBetween, validating];
  return rest;
}

/** Estimates validation over rounds: for a plan by epochs, a round counts as an epoch. */
function validatingOf(
  one: NonNullable<Estimates["validating"]>,
  { validate }: RecipePlan,
  rounds: number,
): Estimates["validating"] & object {
  const times = countTimesDue(validate, { total: rounds, loader: { epochsDone: (step) => step } });
  return { ...one, times, flops: Math.round((one.flops / Math.max(1, one.times)) * times) };
}

/** Estimates validation over the validation rows of all clients. */
function validatedBy(
  datas: readonly DataFacts[],
  options: { readonly training: RecipePlan; readonly one: Estimates; readonly rounds: number },
): Estimates["validating"] {
  const { training, one, rounds } = options;
  const { validating: looked } = one;
  const rows = datas.reduce((sum, { splits }) => sum + (splits["validation"]?.rows ?? 0), 0);
  const learnt = Math.max(1, one.rows * (training.epochs ?? 1));
  // If the first client has none: a forward pass costs one third of a training step per row.
  const each = looked ? looked.flops / Math.max(1, looked.times * looked.rows) : one.flops / learnt / 3;
  const all = validatingOf({ times: 1, rows, flops: each * rows }, training, rounds);
  return rows > 0 && all.times > 0 ? all : undefined;
}

/** Returns the recipe. In a federation, the recipe of one client's round: one pass over its rows unless set. */
export function resolveTrainingRecipe(
  program: Program,
  options: {
    readonly settings: ReadonlyMap<string, GivenValue>;
    readonly here: Span;
    readonly federated?: FederationDraft | undefined;
  },
  setting: Parameters<typeof resolveRecipe>[3],
): ReturnType<typeof resolveRecipe> {
  const { settings, here } = options;
  if (!options.federated || settings.has("epochs") || settings.has("steps"))
    return resolveRecipe(program, settings, here, setting);
  const epochs: GivenValue = { value: 1, span: here, from: "written", places: new Map() };
  const recipe = resolveRecipe(program, new Map([...settings, ["epochs", epochs]]), here, setting);
  const why = "a client goes through its rows once in a round";
  return { ...recipe, origins: { ...recipe.origins, "training.epochs": { from: "derived", why } } };
}
