/** The weights that each client of a federation keeps private, and a check that some are shared. */
import { checkClientLabelForms, checkClientRowOverlap } from "../checks/client-data.js";
import { countHeadParameters, trainingSplit } from "../plan/estimates.js";
import type { PartitionCapabilities } from "../../language/types/capabilities/federation.js";
import type { Estimates, RecipePlan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import type { BaseFacts, DataFacts } from "../../language/types/facts.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { DataPlan, ModelPlan } from "../../language/types/value.js";
import { sliceKeysOf } from "../checks/slices.js";
import { estimateFederation, type ClientData, type FederationDraft } from "./clients.js";

interface Known {
  readonly data: { readonly plan: DataPlan };
  readonly model: { readonly plan: ModelPlan };
  readonly base: BaseFacts;
  readonly facts: DataFacts;
  readonly others: readonly ClientData[];
  readonly recipe: { readonly plan: RecipePlan };
}

/**
 * Estimates all rounds from one round of a client with the rows of the first data. Undefined if there is an error
 * (reported).
 */
export function estimateCostOfRounds(
  program: Program,
  federating: FederationDraft,
  { data, model, base, facts, others, recipe }: Known,
  {
    estimates,
    here,
    firstAt,
    carried,
  }: {
    readonly estimates: Estimates;
    readonly here: Span;
    readonly firstAt: Span;
    readonly carried: boolean;
  },
): Estimates | undefined {
  const datas = [{ plan: data.plan, facts }, ...others].map((one, i) => ({
    ...one,
    span: (i > 0 ? federating.others[i - 1]?.span : undefined) ?? firstAt,
  }));
  if (others.length > 0) {
    checkClientLabelForms(
      program,
      datas.map((one) => ({ name: one.plan.name, labels: one.facts.labels, span: one.span })),
    );
    checkClientRowOverlap(program, datas);
  }
  if (!demandRows(program, federating, { data: data.plan, facts, here })) return undefined;
  const labels = new Set([facts, ...others.map((one) => one.facts)].flatMap((one) => one.labels)).size;
  const personal = personalOf(program, federating, { model: model.plan, base, labels, estimates, here });
  if (personal === undefined) return undefined;
  // The shared head has the labels of all clients.
  const more =
    countHeadParameters(program, model.plan.task, base, labels) -
    countHeadParameters(program, model.plan.task, base, facts.labels.length);
  const { parameters, trainable } = estimates;
  const whole = { ...estimates, parameters: parameters + more, trainable: trainable + more };
  const one = { ...whole, ...(personal !== null && { personal }) };
  const each = { training: recipe.plan, estimates: one };
  return estimateFederation(program, federating.settings, each, { first: facts, others, carried });
}

/** Checks that there are enough rows for the clients, and that the partition column exists. */
function demandRows(
  program: Program,
  { settings: { clients }, clientsAt }: Pick<FederationDraft, "settings" | "clientsAt">,
  { data, facts, here }: { readonly data: DataPlan; readonly facts: DataFacts; readonly here: Span },
): boolean {
  const partition: PartitionCapabilities | undefined =
    clients === null ? undefined : program.registry.find("partition", clients.word)?.capabilities;
  const count = clients === null ? null : (partition?.clientCount(clients) ?? null);
  const by = clients === null ? null : (partition?.partitionedBy?.(clients) ?? null);
  if (by !== null && typeof by === "object") {
    const place = (): Span | undefined => clientsAt;
    if (!sliceKeysOf(program, [by.column], [{ data, split: null }], { place, here })) return false;
  }
  if (clients === null || count === null || facts.sampled) return true;
  const rows = trainingSplit(facts)?.rows ?? 0;
  const least = partition?.minRows?.(clients) ?? 1;
  if (rows >= count * least) return true;
  program.reportNear("clients-beyond-rows", { data: data.name, rows, clients: count, least }, clientsAt, here);
  return false;
}

/**
 * Parameters that stay with each client. Null: all trained parameters are sent. Undefined: none would be sent, or none
 * would stay (reported).
 */
function personalOf(
  program: Program,
  { settings, personalAt }: Pick<FederationDraft, "settings" | "personalAt">,
  input: {
    readonly model: ModelPlan;
    readonly base: BaseFacts;
    readonly labels: number;
    readonly estimates: Pick<Estimates, "trainable">;
    readonly here: Span;
  },
): number | null | undefined {
  if (!settings.personal) return null;
  const { model, base, labels, estimates, here } = input;
  const head = countHeadParameters(program, model.task, base, labels);
  if (head > 0 && head < estimates.trainable) return head;
  if (head > 0) program.reportNear("personal-all", { technique: model.technique.word }, personalAt, here);
  else program.reportNear("personal-nothing", { task: model.task.word }, personalAt, here);
  return undefined;
}
