/** Clients of a federated training: their data, how many of them a round has, and what all rounds take. */
import { resolveData, resolveRecipe } from "../plan/definitions.js";
import { trainingSplit } from "../plan/estimates.js";
import { countTimesDue } from "../plan/cadence.js";
import type { Estimates } from "../plan/plan.js";
import type { FederatedPlan, RecipePlan } from "../plan/recipe.js";
import type { Draft, Program } from "../plan/program.js";
import { checkData, checkRoles, checkTables, dataFacts } from "../checks/world.js";
import type { PartitionCapabilities } from "../../language/types/capabilities/federation.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";
import { dataReaderOf, type DataPlan, type ModelPlan } from "../../language/types/subject.js";
import { isStreamed } from "../plan/streaming.js";

/** Clients of a training beside its data, and what they do. */
export interface FederationDraft {
  readonly settings: Omit<FederatedPlan, "others">;
  readonly others: readonly { readonly draft: Draft; readonly span: Span }[];
  /** Where it is said what each client keeps for itself. */
  readonly personalAt?: Span | undefined;
  /** Where it is said how rows are given out. */
  readonly clientsAt?: Span | undefined;
}

/** Fewest clients of a round whose sum hides each of them. */
export const MIN_CLIENTS_TO_HIDE = 3;

/** Clients that the statement names, or that join; null: as many as a column has values. */
export function clientCount(
  program: Program,
  { clients, joined }: Pick<FederatedPlan, "clients" | "joined">,
  datas: number,
): number | null {
  if (joined !== undefined) return joined;
  if (!clients) return datas;
  const facts: PartitionCapabilities | undefined = program.registry.find("partition", clients.word)?.capabilities;
  return facts?.clients(clients) ?? null;
}

/** Of so many clients those of a round. */
export function participantCount({ participation }: Pick<FederatedPlan, "participation">, clients: number): number {
  const wanted = typeof participation === "number" ? participation : Math.round(participation.share * clients);
  return Math.max(1, Math.min(clients, Math.round(wanted)));
}

/** Of so many clients of a round those that don't answer; one at least does. */
export const stragglerCount = ({ stragglers }: Pick<FederatedPlan, "stragglers">, participants: number): number =>
  Math.min(participants - 1, Math.round(stragglers * participants));

/** Data of a client, resolved and counted. */
export interface ClientData {
  readonly plan: DataPlan;
  readonly facts: DataFacts;
}

/** Data of the clients but the first, `own`. Undefined: something is wrong (reported) or not known yet. */
export function resolveOtherClients(
  program: Program,
  { others }: FederationDraft,
  model: ModelPlan,
  firstData: Pick<Draft, "allowances">,
): readonly ClientData[] | undefined {
  const { allowing } = program;
  const found = others.map(({ draft, span }) => {
    // What is allowed of one client's data says nothing of another's.
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
  if (!checkTables(program, draft, data.plan, span) || !checkInMemory(program, data.plan, span)) return undefined;
  const facts = dataFacts(program, draft, data.plan, dataReaderOf(model), span);
  // One label alone may be a client's: those of all are looked at together.
  return facts && checkData(program, draft, data.plan, facts, span, "client") ? { plan: data.plan, facts } : undefined;
}

export function checkInMemory(program: Program, plan: DataPlan, here: Span): boolean {
  if (isStreamed(plan)) program.report("federate-streamed", { data: plan.name }, here);
  return !isStreamed(plan);
}

/** A technique whose weights come by steps. */
export function checkTrainsBySteps(program: Program, { technique }: ModelPlan, here: Span): boolean {
  const exact = program.registry.find("technique", technique.word)?.capabilities?.exact?.(technique) === true;
  if (exact) program.report("federate-exact", { technique: technique.word }, here);
  return !exact;
}

/** Whether there are rows to validate on. `facts`: of all data; absent: names of splits are all that is known. */
export function hasValidationRows(
  federated: FederationDraft | undefined,
  facts: readonly DataFacts[] | undefined,
  splits: readonly string[] | null | undefined,
): boolean {
  // Clients elsewhere may have some: nobody here knows.
  if (federated?.settings.joined !== undefined) return true;
  return facts ? facts.some((one) => (one.splits["validation"]?.rows ?? 0) > 0) : (splits ?? []).includes("validation");
}

/** What all rounds take, from what one client with the rows of `first` takes in one. A step is a round. */
export function estimateRounds(
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
    // Each client that is started here has a model of its own, beside that of who leads.
    memoryBytes: memoryBytes * (carried ? 2 + others.length : 1),
    seconds: seconds === null ? null : seconds * times,
    ...(secondsBetween && { secondsBetween: [secondsBetween[0] * times, secondsBetween[1] * times] }),
  };
}

/** What a training here takes, but for the time. */
function without({ secondsBetween, validating, ...rest }: Estimates): Omit<Estimates, "secondsBetween" | "validating"> {
  void [secondsBetween, validating];
  return rest;
}

/** Of a plan by epochs: a round is what an epoch is elsewhere. */
function validatingOf(
  one: NonNullable<Estimates["validating"]>,
  { validate }: RecipePlan,
  rounds: number,
): Estimates["validating"] & object {
  const times = countTimesDue(validate, { total: rounds, loader: { epochsDone: (step) => step } });
  return { ...one, times, flops: Math.round((one.flops / Math.max(1, one.times)) * times) };
}

/** The rows of validation of all clients together. */
function validatedBy(
  datas: readonly DataFacts[],
  options: { readonly training: RecipePlan; readonly one: Estimates; readonly rounds: number },
): Estimates["validating"] {
  const { training, one, rounds } = options;
  const { validating: looked } = one;
  const rows = datas.reduce((sum, { splits }) => sum + (splits["validation"]?.rows ?? 0), 0);
  const learnt = Math.max(1, one.rows * (training.epochs ?? 1));
  // Where the first has none: of what a row takes to be learnt a third is its pass forward.
  const each = looked ? looked.flops / Math.max(1, looked.times * looked.rows) : one.flops / learnt / 3;
  const all = validatingOf({ times: 1, rows, flops: each * rows }, training, rounds);
  return rows > 0 && all.times > 0 ? all : undefined;
}

/** The recipe; of a federation what a client does in a round: one pass over its rows unless it is written. */
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
