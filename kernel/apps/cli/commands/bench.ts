/**
 * `tunebook bench NAME`: runs the programs of `bench/`, each with options of its own (`tunebook bench step
 * --help`).
 */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { runChildProcess } from "../child.js";

const folder = fileURLToPath(new URL("../../../../bench/", import.meta.url));

/** Registers the texts of error codes in a program of `bench/`. */
const codes = pathToFileURL(`${folder}codes.js`).href;

export function register(program: Command): void {
  const bench = program.command("bench").description("run Tunebook's benchmarks");
  if (!existsSync(folder)) {
    bench.allowUnknownOption().action(() => {
      throw new CodedError("not-built", { file: folder });
    });
    return;
  }
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".js") && name !== "codes.js")
    .sort()) {
    const name = file.slice(0, -".js".length);
    bench
      .command(name)
      .helpOption(false)
      .allowUnknownOption()
      .argument("[options...]")
      .action(async (_options: readonly string[], _own: unknown, command: Command) => {
        process.exitCode = await runChildProcess(process.execPath, [
          "--import",
          codes,
          `${folder}${file}`,
          ...command.args,
        ]);
      });
  }
}
