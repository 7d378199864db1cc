/** `tunebook lab`: JupyterLab with the Tunebook kernel and extension. Nothing of the user's Jupyter folders is touched. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { cacheFolder } from "#tools/python-env.mjs";
import { runChild } from "../child.js";
import { findJupyterLab } from "../jupyterlab.js";
import "#kernel/jupyter/client/codes.js";
import "#kernel/checking/codes.js";

const cli = fileURLToPath(new URL("../main.js", import.meta.url));

export function register(program: Command): void {
  program
    .command("lab")
    .description("open JupyterLab with the Tunebook kernel; brings a private JupyterLab where there is none")
    .argument("[notebook]", "a notebook to open")
    .argument("[arguments...]", "given to JupyterLab, for instance -- --no-browser --port 8890")
    .action(async (notebook: string | undefined, more: readonly string[]) => {
      const isOption = notebook?.startsWith("-") === true;
      process.exitCode = await openLab(isOption ? undefined : notebook, isOption ? [notebook ?? "", ...more] : more);
    });
}

async function openLab(notebook: string | undefined, more: readonly string[]): Promise<number> {
  if (notebook !== undefined && !existsSync(notebook)) throw new CodedError("notebook-missing", { file: notebook });
  const lab = await findJupyterLab((line) => process.stderr.write(`${line}\n`));
  const prefix = privatePrefix();
  const installed = await runChild(process.execPath, [cli, "kernel", "install", "--prefix", prefix]);
  if (installed !== 0) return installed;
  const status = await runChild(lab, [...placed(notebook), ...asRoot(), ...more], {
    JUPYTER_PATH: [join(prefix, "share", "jupyter"), process.env["JUPYTER_PATH"]].filter(Boolean).join(delimiter),
  });
  if (status !== 0 && status !== 130) throw new CodedError("jupyterlab-failed", { status });
  return 0;
}

/** One prefix per copy of Tunebook, so that two copies keep their kernels apart. */
function privatePrefix(): string {
  const copy = createHash("sha256").update(cli).digest("hex").slice(0, 8);
  return join(cacheFolder(), "lab", copy);
}

/** The notebook as seen from the server's root: the working folder if it lies in it, else its own folder. */
function placed(notebook: string | undefined): readonly string[] {
  if (notebook === undefined) return [];
  const inside = relative(process.cwd(), resolve(notebook));
  if (!inside.startsWith("..") && resolve(inside) === resolve(notebook)) return [inside];
  return [`--ServerApp.root_dir=${dirname(resolve(notebook))}`, basename(notebook)];
}

function asRoot(): readonly string[] {
  return process.getuid?.() === 0 ? ["--allow-root"] : [];
}
