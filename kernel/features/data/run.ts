/** `data`: reads, cleans and splits the data and shows a summary; the name is a lazy handle in TypeScript. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataHandle, dataHandleTypeText } from "../../data/rows/handle.js";
import { dataPreview } from "../../display/data/data-preview.js";
import { splitTypeTexts } from "../../data/sources/typed-table.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runData(
  session: OpenSession,
  { name, data, told: notes, brought }: Extract<Action, { verb: "data" }>,
  context: ExecutionContext,
): Promise<void> {
  if (brought) {
    session.data.set(name, data);
    return;
  }
  const prepared = await session.datasets.data(data, null, context.hostContext);
  const reads = session.datasets.columnReader(data, prepared, context.hostContext);
  session.names.define(name, dataHandle(name, prepared, reads), dataHandleTypeText(splitTypeTexts(prepared)));
  session.data.set(name, data);
  context.screen.display(dataPreview(data, prepared.facts, prepared.sample, notes));
}
