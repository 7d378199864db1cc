/** Runs of a name that trained one recipe. */
import { RunFolder } from "../artifacts/run-folder.js";

/** The newest first. */
export function runsNamed(root: string, name: string, recipeHash: string): readonly RunFolder[] {
  return RunFolder.find(root, recipeHash).filter((run) => run.lock()?.name === name);
}

/** The newest that ended as it was to. */
export function finishedRun(root: string, name: string, recipeHash: string): RunFolder | undefined {
  return runsNamed(root, name, recipeHash).find((run) =>
    run.events().some((event) => event.kind === "stopped" && (event.reason === "done" || event.reason === "early")),
  );
}
