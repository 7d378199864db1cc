/**
 * `tunebook bench kills [--times 200] [--seed 11] [--kinds kernel,worker]`: runs detached trainings and sweeps while it
 * kills processes at random: the notebook's kernel, their own processes, engine hosts, workers and ranks. It reports
 * what was lost, left corrupt or left running; nothing should be.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../tests/kernel/apps/processes/training/kills/kills.js", import.meta.url));
if (!existsSync(program)) {
  process.stderr.write("the tests are not built: npm run build\n");
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
