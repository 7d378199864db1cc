/**
 * Compares two ways to find flipped labels: the training (area under the margin) and the judges. MiniLM trains on the
 * texts with flipped labels, and `label_issues` names rows by both.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { type ExecutionContext, WarningReporter } from "#kernel/session/execution-context.js";
import { findLabelIssues } from "#kernel/evaluation/label-issues.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";

export interface NamedRow {
  /** Row index, from 0. */
  readonly row: number;
  readonly by: "probe" | "training" | "both";
}

/** Returns the issues in the order in which the notebook cell names them. */
export async function issuesAfterTraining(
  texts: readonly string[],
  labels: readonly string[],
  epochs: number,
): Promise<readonly NamedRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-turned-"));
  const models = new Map<string, unknown>();
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    names: { define: (name, value) => models.set(name, value), remove: (name) => models.delete(name) },
  });
  try {
    const lines = texts.map((text, i) => JSON.stringify({ text, label: labels[i] }));
    writeFileSync(join(folder, "turned.jsonl"), `${lines.join("\n")}\n`);
    const given = {
      screen: { display: () => undefined, update: () => undefined },
      hostContext: plainHostContext(folder, {}),
    };
    const text = `
data turned { source: jsonl("turned.jsonl"), columns: { text: text, label: label } }
model reader { base: "all-MiniLM-L6-v2", task: text_classification, max_length: 64 }
recipe short { epochs: ${String(epochs)}, batch_size: 16 }
train reader on turned with short`;
    await session.run({ id: "turned", title: "turned", text }, given);
    const stage: ExecutionContext = {
      ...given,
      sources: [],
      warnings: new WarningReporter(given.screen, [], "turned"),
    };
    const { issues } = await findLabelIssues(session, models.get("reader") as ModelHandle, undefined, stage);
    return issues.map(({ row, trained }) => ({ row: Number(row) - 1, by: trained?.by ?? "probe" }));
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Table rows for each method and for both: the share of named rows that are right. */
export function byEach(issues: readonly NamedRow[], turned: ReadonlySet<number>): readonly (readonly string[])[] {
  const line = (who: string, by: (issue: NamedRow) => boolean): readonly string[] => {
    const named = issues.filter(by);
    const right = named.filter(({ row }) => turned.has(row)).length;
    return [
      who,
      String(named.length),
      ...[named.length, turned.size].map((of) => (right / Math.max(1, of)).toFixed(2)),
    ];
  };
  return [
    line("the judges", ({ by }) => by !== "training"),
    line("the training", ({ by }) => by !== "probe"),
    line("both agree", ({ by }) => by === "both"),
    line("all that the cell names", () => true),
  ];
}
