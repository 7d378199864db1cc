/** `data`: reads, cleans and splits, shows what came of it; the name is a lazy handle in TypeScript. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataHandle, dataHandleType } from "../../data/rows/handle.js";
import { dataPreview } from "../../display/data/data-preview.js";
import { splitTypeTexts } from "../../data/sources/typed-table.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runData(
  session: OpenSession,
  { name, data, told: notes, brought }: Extract<Action, { verb: "data" }>,
  stage: ExecutionContext,
): Promise<void> {
  if (brought) {
    session.data.set(name, data);
    return;
  }
  const prepared = await session.datasets.data(data, null, stage.hostContext);
  const reads = session.datasets.columnReader(data, prepared, stage.hostContext);
  session.names.define(name, dataHandle(name, prepared, reads), dataHandleType(splitTypeTexts(prepared)));
  session.data.set(name, data);
  stage.screen.display(dataPreview(data, prepared.facts, prepared.sample, notes));
}
