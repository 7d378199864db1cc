/** Checks before a deployment is written, the upload, and the report afterwards. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf, type Call } from "#dsl/language/types/value.js";
import type { HubPushDestination } from "#stdlib/targets/kind.js";
import type { DeploymentReport } from "../../display/deployment.js";
import { plural } from "../../host/value-text.js";
import { uncleanedTextsWarning } from "../../data/rows/text-cleaners.js";
import { pushFolder, type PushedRepository } from "../../deployments/pushing/push.js";
import type { OpenedRun } from "../../models/opened-run.js";
import { licenceForbiddingChanges } from "../../runs/history/base-licence.js";
import { hideLocalPath } from "../../runs/history/card-base.js";
import { type ExecutionContext, VERIFYING_NOTICE, warnerAt } from "../../session/execution-context.js";
import type { DeployAction, DeploymentContext } from "./deployment-context.js";

/** Warns before anything is written. */
export function warnOfUncleanedTexts(
  { name, target, span }: DeployAction,
  clean: readonly Call[],
  context: ExecutionContext,
): void {
  const uncleaned = uncleanedTextsWarning(name, clean, `\`${target.word}\``);
  if (uncleaned) warnerAt(context, span)("texts-not-cleaned", uncleaned);
}

/** Coded error `licence-forbids`. */
export async function demandLicencePermitsChanges({ base, weights }: OpenedRun): Promise<void> {
  const licence = await licenceForbiddingChanges(base.folder);
  if (licence !== null)
    throw new CodedError("licence-forbids", { base: hideLocalPath(weights.plan.recipe.model.base), licence });
}

/** Refuses to push while the data have findings that were not allowed. Coded error `push-with-findings`. */
export async function demandNoFindingsBeforePush(
  { session, opened, stage: context }: Pick<DeploymentContext, "session" | "opened" | "stage">,
  { repository }: HubPushDestination,
): Promise<void> {
  const { recipe, effects } = opened.weights.plan;
  const prepared = await session.datasets
    .data(recipe.data, dataReadingSettingsOf(recipe.model), context.hostContext)
    .catch(() => null);
  const allowed = new Set(effects.allowed?.map(({ code }) => code));
  const near = prepared?.facts.audit?.near.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  const personal = (sure: boolean): number =>
    (prepared?.facts.personal ?? []).reduce((sum, one) => sum + (one.sure > 0 === sure ? one.rows : 0), 0);
  const all = [
    ["split-leak", prepared?.facts.leakCount ?? 0, "occur in more than one split of its data"],
    ["near-leak", near, "are nearly identical to training rows"],
    ["personal-numbers", personal(true), "contain private numbers or keys"],
    ["personal-data", personal(false), "contain personal data"],
  ] as const;
  const found = all.filter(([code, count]) => count > 0 && !allowed.has(code));
  if (found.length === 0) return;
  throw new CodedError("push-with-findings", {
    repository,
    codes: found.map(([code]) => code),
    findings: found.map(([, count, what]) => `${plural(count, "text")} ${what}`),
  });
}

/** Uploads the deployment, and returns the report with its address. */
export async function pushDeployment(
  { action, place, stage: context }: DeploymentContext,
  { push, token }: { readonly push: HubPushDestination; readonly token: string },
  report: DeploymentReport,
): Promise<DeploymentReport> {
  const pushed = await pushFolder(place.path, push, token, { ...context.hostContext, signal: context.signal });
  return reportAfterPush(report, action.name, pushed);
}

function reportAfterPush(
  report: DeploymentReport,
  name: string,
  { url, commit, private: hidden }: PushedRepository,
): DeploymentReport {
  const where = `${hidden ? "private" : "public"}, commit ${commit.slice(0, 8)}`;
  return { ...report, title: `${name} pushed to ${url} (${where})` };
}

/** In verification, the deployment is made and proved but not pushed. */
export function verificationReport(report: DeploymentReport, push: HubPushDestination | null): DeploymentReport {
  return {
    ...report,
    notes: [VERIFYING_NOTICE, ...(push ? [`Nothing is pushed to ${push.repository}.`] : []), ...report.notes],
  };
}
