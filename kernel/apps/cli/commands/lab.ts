/**
 * `tunebook lab`: starts JupyterLab with the Tunebook kernel and extension, without touching the user's Jupyter
 * folders.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { cacheFolder } from "#tools/python-env.mjs";
import { runChildProcess } from "../child.js";
import { findJupyterLab } from "../jupyterlab.js";

const cli = fileURLToPath(new URL("../main.js", import.meta.url));

export function register(program: Command): void {
  program
    .command("lab")
    .description("open JupyterLab with the Tunebook kernel; installs a private JupyterLab if there is none")
    .argument("[notebook]", "a notebook to open")
    .argument("[arguments...]", "options for Jupyter, in any position: --no-browser, --port 8890, --ip=0.0.0.0, …")
    .allowUnknownOption()
    .addHelpText(
      "after",
      "\nAll other options are passed to JupyterLab: tunebook lab NOTEBOOK --no-browser --port 8890\n" +
        "--ServerApp.token=… . `tunebook lab --help-all` prints JupyterLab's options.",
    )
    .action(async (_notebook: unknown, _more: unknown, _options: unknown, { args }: Command) => {
      process.exitCode = await openLab(args);
    });
}

async function openLab(args: readonly string[]): Promise<number> {
  const { notebook, more } = sorted(args);
  if (notebook !== undefined && !existsSync(notebook)) throw new CodedError("notebook-missing", { file: notebook });
  const lab = await findJupyterLab((line) => process.stderr.write(`${line}\n`));
  const prefix = privatePrefix();
  const installed = await runChildProcess(process.execPath, [cli, "kernel", "install", "--prefix", prefix]);
  if (installed !== 0) return installed;
  const status = await runChildProcess(lab, [...placed(notebook, more), ...asRoot(), ...more], {
    JUPYTER_PATH: [join(prefix, "share", "jupyter"), process.env["JUPYTER_PATH"]].filter(Boolean).join(delimiter),
  });
  if (status !== 0 && status !== 130) throw new CodedError("jupyterlab-failed", { status });
  return 0;
}

/**
 * Finds the notebook: the first argument, or one that ends in `.ipynb`. After an option it could be the option's value,
 * so the file must exist there.
 */
function sorted(args: readonly string[]): { readonly notebook: string | undefined; readonly more: readonly string[] } {
  const isOption = (arg = "-"): boolean => arg.startsWith("-");
  const ending = args.findIndex(
    (arg, i) => !isOption(arg) && arg.endsWith(".ipynb") && (i === 0 || !isOption(args[i - 1]) || existsSync(arg)),
  );
  const fileIndex = ending >= 0 || isOption(args[0]) ? ending : 0;
  return { notebook: args[fileIndex], more: args.filter((_, i) => i !== fileIndex) };
}

/** One prefix per copy of Tunebook, so that two copies do not share kernels. */
function privatePrefix(): string {
  const copy = createHash("sha256").update(cli).digest("hex").slice(0, 8);
  return join(cacheFolder(), "lab", copy);
}

/**
 * Adds the server's root and the notebook's path in it: the working folder if the notebook is inside, else its own
 * folder.
 */
function placed(notebook: string | undefined, more: readonly string[]): readonly string[] {
  if (notebook === undefined) return [];
  const rooted = more.some((arg) => /^--(?:notebook-dir|\w+App\.(?:root|notebook)_dir)\b/.test(arg));
  if (rooted) return [resolve(notebook)];
  const inside = relative(process.cwd(), resolve(notebook));
  if (!inside.startsWith("..") && resolve(inside) === resolve(notebook)) return [inside];
  return [`--ServerApp.root_dir=${dirname(resolve(notebook))}`, basename(notebook)];
}

function asRoot(): readonly string[] {
  return process.getuid?.() === 0 ? ["--allow-root"] : [];
}
