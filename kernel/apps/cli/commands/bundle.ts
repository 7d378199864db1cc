/**
 * `tunebook bundle FILE`: packs all that a program, a notebook or a run needs elsewhere into one file; `--open` unpacks
 * it.
 */
import { basename, dirname, resolve } from "node:path";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { byteSizeText, plural, printable } from "#kernel/host/value-text.js";
import type { BundleDraft } from "#kernel/runs/record/bundle/write.js";
import type { TensorflowBuild } from "#kernel/engines/native/versions.js";
import type { ProgressUpdate } from "#kernel/host/host-context.js";
import type { BundleManifest } from "#kernel/runs/record/bundle/manifest.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { readParameter, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Option, type Command } from "commander";
import { runUntilInterrupted } from "../interrupted.js";
import { withDelayedProgressLine } from "../delayed-progress.js";
import { quoteForShell } from "../shell-word.js";

interface Options {
  readonly out?: string;
  readonly open?: true;
  readonly wheels?: true;
  readonly build?: TensorflowBuild;
  readonly in: string;
  readonly parameter: ParameterTexts;
  readonly json?: true;
}
interface Telling {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProgressUpdate) => void;
}

export function register(program: Command): void {
  program
    .command("bundle")
    .description("pack a program, notebook or run with its data, base and tokenizer for a machine without a network")
    .argument("<file>", "FILE.tune, FILE.ipynb or a run; with --open, a bundle")
    .argument("[folder]", "with --open: folder to unpack to (default: the bundle's name)")
    .option("-o, --out <file>", "file of the bundle (default: NAME.tar)")
    .option("--open", "unpack a bundle and verify every hash")
    .option("--wheels", "include the native libraries that `setup` would download")
    .addOption(
      new Option(
        "--build <build>",
        "build of the native libraries (default: as `setup` chooses on this machine)",
      ).choices(["cpu", "gpu"]),
    )
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .option("--in <folder>", "for a run: folder of the notebook or of its runs", ".")
    .option("--json", "print the manifest as JSON")
    .action(async (file: string, folder: string | undefined, options: Options) => {
      if (folder !== undefined && !options.open)
        throw new CodedError("bad-usage", {
          message: "a folder is named with --open alone",
          command: "tunebook bundle",
        });
      await runUntilInterrupted((signal) =>
        withDelayedProgressLine((onProgress) =>
          options.open ? open(file, folder, options, signal) : pack(file, options, { signal, onProgress }),
        ),
      );
    });
}

async function pack(file: string, options: Options, telling: Telling): Promise<void> {
  const isProgram = /\.(tune|ipynb)$/.test(file);
  const bundle = isProgram ? await programIn(file, options, telling) : await runIn(file, options, telling);
  if (!bundle) {
    process.exitCode = 1;
    return;
  }
  const [{ writeBundle }, { checkNoSecrets: demandNoSecrets }, { NATIVE_FOLDER: NATIVE }] = await Promise.all([
    import("#kernel/runs/record/bundle/write.js"),
    import("#kernel/runs/record/bundle/secrets.js"),
    import("#kernel/runs/record/bundle/manifest.js"),
  ]);
  demandNoSecrets(bundle.files);
  const native = options.wheels ? await wheels(options.build, telling) : [];
  const files = [
    ...bundle.files,
    ...native.map((from) => ({ from, sort: "native" as const, path: `${NATIVE}/${from.split(/[\\/]/).at(-1) ?? ""}` })),
  ];
  const out = resolve(options.out ?? `${nameOf(file)}.tar`);
  const { signal, onProgress } = telling;
  const manifest = await writeBundle(
    out,
    { ...bundle, files },
    {
      signal,
      onProgress: (done, total) => onProgress({ label: `bytes of ${nameOf(file)} packed`, done, total }),
    },
  );
  printManifest(
    manifest,
    options,
    `${out} holds`,
    `\`tunebook bundle --open ${quoteForShell(basename(out))}\` unpacks it on another machine.`,
  );
}

async function open(file: string, folder: string | undefined, options: Options, signal: AbortSignal): Promise<void> {
  const { unpackBundle } = await import("#kernel/runs/record/bundle/open.js");
  const to = folder ?? nameOf(file);
  const manifest = await unpackBundle(file, to, { signal });
  const { runs } = manifest;
  const way =
    "program" in runs ? `tunebook run ${quoteForShell(runs.program)}` : `tunebook replay ${quoteForShell(runs.run)}`;
  const native = manifest.files.some(({ sort }) => sort === "native");
  const setup = native ? "; `npx tunebook setup --wheels native` brings TensorFlow" : "";
  printManifest(manifest, options, `${to} has`, `every hash is right. There \`npx ${way}\` needs no network${setup}.`);
}

function printManifest({ files, ...manifest }: BundleManifest, options: Options, has: string, then: string): void {
  const size = files.reduce((sum, one) => sum + one.bytes, 0);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...manifest, files }, null, 2)}\n`
      : printable(`${has} ${plural(files.length, "file")}, ${byteSizeText(size)}: ${then}\n`),
  );
}

/** Null: it has errors, which were reported. */
async function programIn(file: string, options: Options, { signal, onProgress }: Telling): Promise<BundleDraft | null> {
  const [{ checkTuneSources, readSources: sourcesOf }, { bundleOfProgram }, { DatasetCache }, { plainHostContext }] =
    await Promise.all([
      import("#kernel/apps/checking/checking.js"),
      import("#kernel/apps/checking/bundled-program.js"),
      import("#kernel/session/answers/dataset-cache.js"),
      import("#kernel/host/host-context.js"),
    ]);
  const folder = dirname(resolve(file));
  const datasets = new DatasetCache();
  const texts = await sourcesOf(file);
  const checked = await checkTuneSources(texts, folder, {
    // A bundle includes what the program needs, so missing files are downloaded.
    parameters: options.parameter,
    datasets,
    onProgress,
    trusted: true,
  });
  const { diagnostics, sources, unvalued } = checked;
  if (diagnostics.some(({ severity }) => severity === "error")) {
    process.stderr.write(`${renderAnsi(diagnostics, sources, { color: usesColour(process.stderr) })}\n`);
    return null;
  }
  if (unvalued.length > 0) {
    const lacks = unvalued.map((name) => ({ what: `\`$${name}\``, why: "is known only when its cell runs" }));
    throw new CodedError("not-bundled", { file, lacks });
  }
  return bundleOfProgram(file, checked, { datasets, hostContext: { ...plainHostContext(folder), signal, onProgress } });
}

async function runIn(named: string, options: Options, { signal }: Telling): Promise<BundleDraft> {
  const [{ findRunByName: runNamed }, { bundleOfRun }] = await Promise.all([
    import("../runs/run-argument.js"),
    import("#kernel/apps/checking/bundled-program.js"),
  ]);
  return bundleOfRun(runNamed(named, options.in), { signal });
}

async function wheels(build: TensorflowBuild | undefined, { signal, onProgress }: Telling): Promise<readonly string[]> {
  const [{ fetchWheels: bringWheels }, { suitableBuild }] = await Promise.all([
    import("#kernel/engines/native/from-wheel.js"),
    import("#kernel/engines/native/setup.js"),
  ]);
  return bringWheels(build ?? suitableBuild().build, { signal, onProgress });
}

function nameOf(file: string): string {
  const name =
    file
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .at(-1) ?? file;
  return name.replace(/\.(tune|ipynb|tar)$/, "");
}
