/**
 * `tunebook runs [FILTER…]` prints the table of runs, as in the panel; `tunebook runs --running` lists what this
 * machine trains; `tunebook runs stop RUN` stops a detached run; `tunebook runs note RUN` edits a run's notes.
 */
import { Option, type Command } from "commander";
import type { RunView } from "#kernel/runs/history/run-listing.js";

interface Options {
  readonly in: string;
  readonly sort?: string;
  readonly on?: string;
  readonly reverse?: true;
  readonly trials?: true;
  readonly limit: string;
  readonly json?: true;
  readonly running?: true;
}

export function register(program: Command): void {
  const runs = program
    .command("runs")
    .description("list the runs of a folder with their state, scores, intervals and tags")
    .argument("[filter...]", "only runs with all of these words; tag:x is a tag, experiment:x an experiment")
    .option("--in <folder>", "folder of the notebook or of its runs", ".")
    .option("--sort <column>", 'sort by started, name, seconds, "training loss" or a metric (best first)')
    .option("--on <data.split>", "show and rank only scores on these rows, such as reviews.test")
    .option("--reverse", "reverse the order")
    .option("--trials", "also list each trial of a sweep")
    .addOption(new Option("--limit <n>", "maximum number of lines").default("50"))
    .option("--json", "print JSON")
    .option("--running", "list trainings and servers that run now, on this machine or its clusters, in any folder")
    .action(async (filter: readonly string[], options: Options) => {
      if (options.running) {
        const { runningTrainingsText } = await import("../runs/running-table.js");
        process.stdout.write(await runningTrainingsText(options.json === true));
        return;
      }
      const { runsText } = await import("../runs/runs-table.js");
      const { sort, on, reverse, trials, limit, json } = options;
      const view: Pick<RunView, "filter" | "on" | "reverse" | "fold"> = {
        filter: filter.map(wordOf).join(" "),
        on: on ?? null,
        reverse: reverse === true,
        fold: trials !== true,
      };
      process.stdout.write(
        await runsText(options.in, { ...view, sort: sort ?? "started", limit, json: json === true }),
      );
    });
  stopCommand(runs);
  runs
    .command("note")
    .description("add tags and a note to a run, saved in its folder")
    .argument("<run>", "name or folder of the run")
    .argument("[note...]", "replace the note")
    .addOption(new Option("--tag <tag>", "add a tag; may be given more than once").argParser(collect))
    .addOption(new Option("--untag <tag>", "remove a tag; may be given more than once").argParser(collect))
    .action(async (run: string, note: readonly string[], options: { tag?: string[]; untag?: string[] }) => {
      const { editRunNotes } = await import("../runs/runs-table.js");
      const folder = (runs.opts() as Options).in;
      const text = await editRunNotes(folder, run, { note, add: options.tag ?? [], take: options.untag ?? [] });
      process.stdout.write(text);
    });
  runs
    .command("sync")
    .description("send trackers the updates they missed while unreachable")
    .addOption(
      new Option(
        "--to <address>",
        "allow sending to a tracker on another machine or with a token; may be given more than once",
      ).argParser(collect),
    )
    .option("--list", "only list the pending updates")
    .action(async (options: { to?: string[]; list?: true }) => {
      const { syncAndReport } = await import("../runs/runs-sync.js");
      const folder = (runs.opts() as Options).in;
      const { text, waits } = await syncAndReport(folder, { to: options.to ?? [], list: options.list === true });
      process.stdout.write(text);
      if (waits) process.exitCode = 1;
    });
}

function stopCommand(runs: Command): void {
  runs
    .command("stop")
    .description("stop a detached training after writing a checkpoint")
    .argument("<run>", "name or folder of the run")
    .option(
      "--now",
      "kill it at once: work since the last checkpoint is lost, and workers on a cluster are not awaited",
    )
    .action(async (run: string, options: { readonly now?: true }) => {
      const { stopRunAndReport } = await import("../runs/running-table.js");
      process.stdout.write(await stopRunAndReport(run, (runs.opts() as Options).in, options.now === true));
    });
}

/** A tag that the shell passed as one argument (with spaces) stays one search term. */
function wordOf(word: string): string {
  const [, key, rest] = /^(tag|experiment):([^"]*\s[^"]*)$/i.exec(word) ?? [];
  return key === undefined || rest === undefined ? word : `${key}:"${rest}"`;
}
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
