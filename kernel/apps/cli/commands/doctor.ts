/** `tunebook doctor`: shows what is installed, what works, what is missing, and the command that fixes it. */
import type { Command } from "commander";

const MARKS = { ok: "✓", optional: "–", missing: "✗" } as const;

export function register(program: Command): void {
  program
    .command("doctor")
    .description("list what is installed, what works, what is missing, and how to fix it")
    .option("--json", "print JSON")
    .option("--ray <address>", "check each node of the Ray cluster with its dashboard at this address")
    .action(async (options: { json?: true; ray?: string }) => {
      if (options.ray !== undefined) {
        const { diagnoseRayCluster } = await import("../doctor-ray.js");
        process.exitCode = await diagnoseRayCluster(options.ray, options.json === true);
        return;
      }
      const { examineInstallation } = await import("#kernel/engines/native/doctor.js");
      const findings = await examineInstallation();
      if (options.json) process.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
      else {
        const width = Math.max(...findings.map((f) => f.name.length));
        for (const { name, status, text, mend } of findings) {
          process.stdout.write(`${MARKS[status]} ${name.padEnd(width)}  ${text}\n`);
          if (mend !== undefined) process.stdout.write(`  ${" ".repeat(width)}  → ${mend}\n`);
        }
      }
      // One working engine is enough to train.
      const works = findings.some((f) => f.name.startsWith("engine ") && f.status === "ok");
      if (!works) process.exitCode = 1;
    });
}
