/** `tunebook explain CODE`: explains an error and its fix, with a program that triggers it. */
import type { Command } from "commander";
import { allCodes, CodedError, codeEntryOf } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";

export function register(program: Command): void {
  program
    .command("explain")
    .description("explain an error code and how to fix it")
    .argument("[code]", "code between the brackets of error[...]; without it, all codes are listed")
    .action(async (code: string | undefined) => {
      if (code === undefined) {
        process.stdout.write(`${allCodes().join("\n")}\n`);
        return;
      }
      const name = code.replace(/^(?:error|warning)?\[?|\]$/g, "") || code;
      const entry = codeEntryOf(name);
      if (!entry) throw new CodedError("unknown-code", { code, nearest: nearestWord(name, allCodes()) ?? null });
      const example = entry.example === undefined ? "" : `\nFor example:\n\n${entry.example.replace(/^/gm, "    ")}\n`;
      process.stdout.write(`${entry.severity}[${name}]\n\n${entry.explain}\n${example}`);
    });
}
