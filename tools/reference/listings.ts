/**
 * Listings in handwritten pages: each command is followed by its output. `npm run docs` prints them again; a test
 * reports stale ones. They use the printers of the command line and of cells, with the facts of a fixed machine.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MachineFacts } from "#dsl/language/types/facts.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { phases, compilerPhaseText, type Phase } from "#kernel/apps/checking/phases.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";

/** A fixed machine, so that the estimates on pages don't depend on where they are made. */
export const STEADY_MACHINE: MachineFacts = {
  memoryBytes: 16e9,
  cores: 2,
  engine: "tensorflow",
  took: [],
  product: null,
};

/** A block of `console`: the command after `$`, and its output. */
const LISTING = /(```console\n\$ (.+)\n)[\s\S]*?(```)/g;

/** Returns the page with its listings updated. `root`: the folder in which the commands run. */
export async function withListings(page: string, root: string): Promise<string> {
  const printed = new Map<string, string>();
  for (const [, , command = ""] of page.matchAll(LISTING)) printed.set(command, await print(command, root));
  return page.replace(
    LISTING,
    (_, head: string, command: string, end: string) => `${head}${printed.get(command) ?? ""}${end}`,
  );
}

/**
 * Returns the output of a command line: `cat`, `npx tunebook check` or `show`, optionally piped through `sed -n A,Bp`
 * or `grep TEXT`.
 */
async function print(command: string, root: string): Promise<string> {
  const [first = "", ...filters] = command.split(" | ");
  return filters.reduce(filtered, await output(first, root));
}

async function output(command: string, root: string): Promise<string> {
  const [, file] = /^cat (\S+)$/.exec(command) ?? [];
  if (file !== undefined) return readFile(join(root, file), "utf8");
  const [, verb, rest = ""] = /^npx tunebook (show|check) (.+)$/.exec(command) ?? [];
  const [words = "", engine] = rest.split(" --for ");
  const [one = "", two = "", name] = words.split(" ");
  const datasets = new DatasetCache({ machine: STEADY_MACHINE });
  if (verb === "check") {
    const { diagnostics, sources } = await checkFile(join(root, one), { datasets });
    return `${renderAnsi(diagnostics, sources, { color: false }).replaceAll(join(root, "/"), "")}\n`;
  }
  if (verb !== "show" || !(phases as readonly string[]).includes(one))
    throw new Error(`no listing can be made of: ${command}`);
  const { text, diagnostics } = await compilerPhaseText(one as Phase, join(root, two), { name, engine, datasets });
  if (text === undefined) throw new Error(`${command}: ${diagnostics.map((d) => d.code).join(", ")}`);
  return text;
}

function filtered(text: string, filter: string): string {
  const lines = text.split("\n").slice(0, -1);
  const [, from, to] = /^sed -n (\d+),(\d+)p$/.exec(filter) ?? [];
  const [, wanted] = /^grep "(.+)"$/.exec(filter) ?? [];
  if (wanted === undefined && from === undefined) throw new Error(`no such filter: ${filter}`);
  const kept =
    wanted === undefined ? lines.slice(Number(from) - 1, Number(to)) : lines.filter((line) => line.includes(wanted));
  return kept.map((line) => `${line}\n`).join("");
}
