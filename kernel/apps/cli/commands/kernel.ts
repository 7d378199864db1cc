/** `tunebook kernel install | uninstall | list`: registers the kernel with Jupyter. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  dataFolders,
  prefixDataFolder,
  thisMachine,
  userDataFolder,
} from "#kernel/apps/jupyter/wire/kernelspec/jupyter-paths.js";
import {
  installedKernels,
  installKernelspec,
  uninstallKernelspec,
} from "#kernel/apps/jupyter/wire/kernelspec/kernelspec.js";
import { installLabExtension, uninstallLabExtension } from "#editors/jupyterlab/install.js";
import { renderFailure } from "../fail.js";

interface Place {
  readonly user?: true;
  readonly sysPrefix?: true;
  readonly prefix?: string;
  readonly name: string;
}
export function register(program: Command): void {
  const kernel = program.command("kernel").description("install Tunebook's Jupyter kernel, remove it, or list it");
  placed(kernel.command("install").description("register the kernel with Jupyter (by default for this user)")).action(
    async (place: Place) => {
      const data = dataFolderOf(place);
      process.stdout.write(`installed kernel ${place.name} in ${installKernelspec(data, place.name)}\n`);
      await installExtension(data);
    },
  );
  placed(kernel.command("uninstall").description("remove the installed kernel")).action(async (place: Place) => {
    const data = dataFolderOf(place);
    process.stdout.write(`removed ${uninstallKernelspec(data, place.name)}\n`);
    // the extension serves all of our kernels in that place
    if (installedKernels([data]).length === 0) await uninstallLabExtension(data);
  });
  kernel
    .command("list")
    .description("list the installed kernels of Tunebook")
    .option("--json", "print JSON")
    .action(({ json }: { readonly json?: true }) => {
      const found = installedKernels(dataFolders(thisMachine(), sysPrefix()));
      if (json) return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      if (found.length === 0) process.stdout.write("no kernel is installed; `tunebook kernel install` does it\n");
      for (const { name, folder, version, works } of found)
        process.stdout.write(
          `${name}  ${version}  ${folder}${works ? "" : "  (its files no longer exist: install it again)"}\n`,
        );
    });
}

function placed(command: Command): Command {
  return command
    .addOption(new Option("--user", "in this user's data folder").conflicts(["sysPrefix", "prefix"]))
    .addOption(new Option("--sys-prefix", "in the active Python environment").conflicts(["user", "prefix"]))
    .addOption(new Option("--prefix <folder>", "in FOLDER/share/jupyter").conflicts(["user", "sysPrefix"]))
    .option("--name <name>", "name of the kernel", "tunebook");
}

function dataFolderOf({ prefix, sysPrefix: active }: Place): string {
  if (prefix !== undefined) return prefixDataFolder(resolve(prefix));
  if (!active) return userDataFolder(thisMachine());
  const found = sysPrefix();
  if (found === undefined)
    throw new CodedError("bad-usage", {
      message: "--sys-prefix: no Python environment is active and there is no python3",
      command: "tunebook kernel install",
    });
  return prefixDataFolder(found);
}

/** The prefix of the Python that the shell would run. */
function sysPrefix(): string | undefined {
  const active = process.env["VIRTUAL_ENV"] ?? process.env["CONDA_PREFIX"];
  if (active) return active;
  for (const python of ["python3", "python"]) {
    const { status, stdout } = spawnSync(python, ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" });
    if (status === 0 && stdout.trim() !== "") return stdout.trim();
  }
  return undefined;
}

/** The kernel works without the extension, so a missing build is not an error. */
async function installExtension(data: string): Promise<void> {
  try {
    const { folder } = await installLabExtension(data);
    process.stdout.write(`installed the JupyterLab extension in ${folder}\n`);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "lab-extension-not-built") throw error;
    process.stderr.write(renderFailure(error).replace(/^error/, "warning"));
  }
}
