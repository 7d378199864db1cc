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
    .description("list the runs in a folder: states, scores with their intervals, tags")
    .argument("[filter...]", "words that must all be there; tag:x is a tag, experiment:x an experiment")
    .option("--in <folder>", "folder of the notebook, or of the runs themselves", ".")
    .option(
      "--sort <column>",
      'started, name, seconds, "training loss", or a metric; a metric ranks in its own direction',
    )
    .option("--on <data.split>", "shows and ranks scores on these rows alone, such as reviews.test")
    .option("--reverse", "the other way round")
    .option("--trials", "a line for each trial of a sweep, under it; in a ranking by a metric in its own place")
    .addOption(new Option("--limit <n>", "so many lines").default("50"))
    .option("--json", "print JSON")
    .option("--running", "what this machine trains and serves now, and clusters for it, in whichever folder")
    .action(async (filter: readonly string[], options: Options) => {
      if (options.running) {
        const { runningText } = await import("../runs/running-table.js");
        process.stdout.write(await runningText(options.json === true));
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
    .description("say something of a run: tags and a note, kept in its folder")
    .argument("<run>", "its name, where one has it, or its folder")
    .argument("[note...]", "replaces its note")
    .addOption(new Option("--tag <tag>", "adds a tag; may be given more than once").argParser(collect))
    .addOption(new Option("--untag <tag>", "takes a tag away; may be given more than once").argParser(collect))
    .action(async (run: string, note: readonly string[], options: { tag?: string[]; untag?: string[] }) => {
      const { editRunNotes: noteRun } = await import("../runs/runs-table.js");
      const folder = (runs.opts() as Options).in;
      const text = await noteRun(folder, run, { note, add: options.tag ?? [], take: options.untag ?? [] });
      process.stdout.write(text);
    });
  runs
    .command("sync")
    .description("tell trackers what they missed while they were away")
    .addOption(
      new Option(
        "--to <address>",
        "a tracker on another machine, or one that wants a token, that may be told; may be given more than once",
      ).argParser(collect),
    )
    .option("--list", "only say what waits for whom")
    .action(async (options: { to?: string[]; list?: true }) => {
      const { syncAndReport: syncText } = await import("../runs/runs-sync.js");
      const folder = (runs.opts() as Options).in;
      const { text, waits } = await syncText(folder, { to: options.to ?? [], list: options.list === true });
      process.stdout.write(text);
      if (waits) process.exitCode = 1;
    });
}

function stopCommand(runs: Command): void {
  runs
    .command("stop")
    .description("end a training that runs by itself: a checkpoint is written first")
    .argument("<run>", "its name, or its folder")
    .option("--now", "kill it: what it did since its last checkpoint is lost; on a cluster workers are not waited for")
    .action(async (run: string, options: { readonly now?: true }) => {
      const { stopRunAndReport: stopText } = await import("../runs/running-table.js");
      process.stdout.write(await stopText(run, (runs.opts() as Options).in, options.now === true));
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
