/**
 * `tunebook setup`: downloads TensorFlow and builds its binding, or names the fallback and what it costs. With a name,
 * it installs the runtime that checks deployments of that kind.
 */
import { resolve } from "node:path";
import { Argument, Option, type Command } from "commander";
import { INSTALLABLE_RUNTIMES, type InstallableRuntime } from "#kernel/deployments/install-runtime.js";
import type { TensorflowBuild } from "#kernel/engines/native/versions.js";

interface Options {
  readonly force?: true;
  readonly json?: true;
  readonly build?: TensorflowBuild;
  readonly wheels?: string;
}

export function register(program: Command): void {
  program
    .command("setup")
    .description("install TensorFlow for Tunebook (once; downloads about 280 MB, takes 900 MB on disk)")
    .addArgument(
      new Argument(
        "[runtime]",
        "install this runtime instead: one that checks deployments, or a database for `sql`",
      ).choices(INSTALLABLE_RUNTIMES),
    )
    .option("--force", "remove the existing installation and start again")
    .option("--json", "print the result as JSON")
    .addOption(
      new Option("--build <build>", "CPU or GPU build (default: GPU if there is an NVIDIA driver)").choices([
        "cpu",
        "gpu",
      ]),
    )
    .option("--wheels <folder>", "folder with the wheels, such as `native` of a bundle; needs no network")
    .action(async (runtime: InstallableRuntime | undefined, options: Options) => {
      if (runtime !== undefined) return runtimeBrought(runtime, options);
      const [{ setUpTensorflow: setup }, { textsOfCode: wordsOf }, { progressOn }] = await Promise.all([
        import("#kernel/engines/native/setup.js"),
        import("#dsl/language/diagnostics/codes.js"),
        import("#tools/progress.mjs"),
      ]);
      const progress = progressOn(process.stderr);
      const result = await setup({
        ...(options.force && { force: true }),
        ...(options.build && { build: options.build }),
        ...(options.wheels !== undefined && { wheels: resolve(options.wheels) }),
        onProgress: (p) => progress.show(p),
      }).finally(() => progress.end());
      const failures = result.failures.map(({ code, data }) => ({ code: code as string, ...wordsOf(code, data) }));
      const { measureMachine } = await import("#kernel/engines/measure.js");
      const measured = await measureMachine();
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ ...result, failures, measured }, null, 2)}\n`);
        return;
      }
      for (const { code, message, help } of failures)
        process.stderr.write(`warning[${code}]: ${message}\n${help === undefined ? "" : `help: ${help}\n`}`);
      for (const note of result.notes) process.stdout.write(`${note}\n`);
      if (result.native) {
        const { version, build, folder } = result.native;
        process.stdout.write(
          `TensorFlow ${version} (${build.toUpperCase()}) ${result.changed ? "is set up" : "was set up already"}: ${folder}\n`,
        );
      }
      for (const { title, f32, bf16, bandwidth } of Object.values(measured.engines))
        process.stdout.write(
          `${title}: ${f32.toFixed(0)} GFLOP/s${bf16 === undefined ? "" : `, ${bf16.toFixed(0)} in bf16`}, ${bandwidth.toFixed(0)} GB/s on ${measured.processor}\n`,
        );
    });
}

async function runtimeBrought(runtime: InstallableRuntime, { json }: { readonly json?: true }): Promise<void> {
  const { installRuntime } = await import("#kernel/deployments/install-runtime.js");
  const { folder, changed } = await installRuntime(runtime, (line) => {
    if (!json) process.stderr.write(`${line}\n`);
  });
  process.stdout.write(
    json
      ? `${JSON.stringify({ runtime, folder, changed }, null, 2)}\n`
      : `${runtime} ${changed ? "is set up" : "was set up already"}: ${folder}\n`,
  );
}
