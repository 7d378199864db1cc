/** Checks before a deployment is pushed, and the report afterwards. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReaderOf } from "#dsl/language/types/value.js";
import type { HubPush } from "#stdlib/targets/kind.js";
import type { DeploymentReport } from "../../display/deployment.js";
import { plural } from "../../host/value-text.js";
import type { PushedRepository } from "../../deployments/pushing/push.js";
import { VERIFYING_NOTICE } from "../../session/execution-context.js";
import type { DeploymentContext } from "./deployment-context.js";

/** Refuses to push while the data have findings that were not allowed. Coded error `push-with-findings`. */
export async function demandCleanData(
  { session, opened, stage: context }: DeploymentContext,
  { repository }: HubPush,
): Promise<void> {
  const { recipe, effects } = opened.weights.plan;
  const prepared = await session.datasets
    .data(recipe.data, dataReaderOf(recipe.model), context.hostContext)
    .catch(() => null);
  const allowed = new Set(effects.allowed?.map(({ code }) => code));
  const near = prepared?.facts.audit?.near.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  const personal = (sure: boolean): number =>
    (prepared?.facts.personal ?? []).reduce((sum, one) => sum + (one.sure > 0 === sure ? one.rows : 0), 0);
  const all = [
    ["split-leak", prepared?.facts.leakCount ?? 0, "stand in more than one split of its data"],
    ["near-leak", near, "are nearly rows that it learnt"],
    ["personal-numbers", personal(true), "hold numbers or keys of somebody"],
    ["personal-data", personal(false), "hold personal data"],
  ] as const;
  const found = all.filter(([code, count]) => count > 0 && !allowed.has(code));
  if (found.length === 0) return;
  throw new CodedError("push-with-findings", {
    repository,
    codes: found.map(([code]) => code),
    findings: found.map(([, count, what]) => `${plural(count, "text")} ${what}`),
  });
}

export function reportAfterPush(
  report: DeploymentReport,
  name: string,
  { url, commit, private: hidden }: PushedRepository,
): DeploymentReport {
  const where = `${hidden ? "private" : "public"}, commit ${commit.slice(0, 8)}`;
  return { ...report, title: `${name} pushed to ${url} (${where})` };
}

/** In verification, the deployment is made and proved but not pushed. */
export function verificationReport(report: DeploymentReport, push: HubPush | null): DeploymentReport {
  return {
    ...report,
    notes: [VERIFYING_NOTICE, ...(push ? [`Nothing is pushed to ${push.repository}.`] : []), ...report.notes],
  };
}
