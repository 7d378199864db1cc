/** Servers on this machine, as lines for a terminal and as data for programs. */
import { relative, resolve } from "node:path";
import { runningServers, type RunningServerFacts } from "#kernel/features/serve/process/running-servers.js";
import { clip, oneLine, printable } from "#kernel/host/value-text.js";

/** Servers of models in a folder of runs; null: all. */
export function serversOfRunsFolder(runs: string | null): readonly RunningServerFacts[] {
  const all = runningServers();
  if (runs === null) return all;
  const inside = (folder: string): boolean => !/^(?:\.\.(?:[\\/]|$)|[\\/])/.test(relative(resolve(runs), folder));
  return all.filter(({ models }) => models.some(({ folder }) => inside(folder)));
}

export function serversText(all: readonly RunningServerFacts[]): string {
  return all
    .map(({ name, url, models, process, since }) => {
      const names = models.map((model) => model.name).join(", ");
      return `${printable(oneLine(`${clip(name, 40)} serves ${clip(names, 120)} at ${url}: process ${String(process)}, since ${since.slice(0, 16).replace("T", " ")} UTC`))}\n`;
    })
    .join("");
}
