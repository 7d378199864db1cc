/**
 * Limits of runners and federations: what carries a federation, what remote clients cannot do, and runners that only
 * federate.
 */
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type { Span } from "../../language/diagnostics/span.js";
import { federationCapabilitiesOf } from "../plan/ranks.js";
import type { FederatedPlan } from "../plan/plan.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { tuneText } from "../plan/text.js";
import { isCall } from "../plan/value.js";
import type { TaskCapabilities } from "../../language/types/capabilities/model.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { Call, GivenValue, DataPlan, ModelPlan } from "../../language/types/value.js";
import type { FederationDraft } from "./clients.js";

type Settings = Omit<FederatedPlan, "others">;

/** Checks that a statement other than `federate` does not use a runner that only carries federations. */
export function rejectFederationOnlyRunner(
  program: Program,
  verb: string,
  runner: GivenValue | undefined,
  here: Span,
): boolean {
  if (!isCall(runner?.value) || !federationCapabilitiesOf(program.registry, runner.value)) return true;
  program.reportNear("runner-federates", { runner: runner.value.word, verb }, runner.span, here);
  return false;
}

/** Checks that the runner can carry a federation with these settings. */
export function checkFederationRunner(
  program: Program,
  runner: GivenValue | undefined,
  { settings, given }: { readonly settings: Settings; readonly given: ReadonlyMap<string, GivenValue> },
  here: Span,
): boolean {
  if (!isCall(runner?.value)) return true;
  const { word } = runner.value;
  if (!federationCapabilitiesOf(program.registry, runner.value)) {
    program.reportNear("federate-workers", { runner: word }, runner.span, here);
    return false;
  }
  if (settings.stragglers > 0) {
    program.reportNear("stragglers-drawn", { runner: word }, given.get("stragglers")?.span, here);
    return false;
  }
  if (settings.personal) {
    program.reportNear("personal-elsewhere", { runner: word }, given.get("personal")?.span, here);
    return false;
  }
  if (!settings.clients) return true;
  const details = { runner: word, clients: tuneText(settings.clients) };
  program.reportNear("parts-elsewhere", details, given.get("clients")?.span, here);
  return false;
}

/** Facts of a training that are derived from rows; a remote client's rows stay with it. */
interface Found {
  readonly data: { readonly plan: DataPlan };
  readonly facts: DataFacts;
  readonly model: { readonly plan: ModelPlan };
  readonly recipe: { readonly privacy?: Call };
}
interface Statement {
  readonly data: DefinitionDraft;
  readonly runner?: GivenValue | undefined;
  readonly federated?: FederationDraft | undefined;
  readonly here: Span;
}

/** Checks that all settings on which clients must agree are written. */
export function requireAgreedSettingsWritten(
  program: Program,
  { data: draft, runner, federated, here }: Statement,
  options: Found,
): boolean {
  if (!isCall(runner?.value)) return true;
  const { task } = options.model.plan;
  const has: TaskCapabilities | undefined = program.registry.find("task", task.word)?.capabilities;
  const counted =
    has?.countsOverTraining?.(task) ??
    (has?.standardizesTargets && !options.recipe.privacy ? tuneText({ ...task, arguments: {} }) : null);
  if (counted !== null) {
    const why = has?.standardizesTargets ? ("standard" as const) : ("counts" as const);
    program.reportNear("counted-elsewhere", { what: counted, why }, runner.span, here);
    return false;
  }
  const { facts } = options;
  const { plan } = options.data;
  if (federated?.settings.joined === undefined || plan.labels !== null || facts.labels.length === 0) return true;
  const fix = labelsWritten(program, draft, facts.labels);
  const details = { data: plan.name, labels: facts.labels };
  program.reportNear("labels-unwritten", details, draft.given.get("columns")?.span, here, fix ? { fix } : {});
  return false;
}

/** Adds `labels` after the columns, if the data are defined in the current source. */
function labelsWritten(program: Program, { given }: DefinitionDraft, labels: readonly string[]): Fix | undefined {
  const columns = given.get("columns")?.span;
  if (columns?.source !== program.source.id) return undefined;
  const added = `labels: ${tuneText(labels)}`;
  return {
    title: `add \`${added}\``,
    certain: false,
    edits: [{ start: columns.end, end: columns.end, text: `, ${added}` }],
  };
}
