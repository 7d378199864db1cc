/**
 * `tunebook bench kills [--times 200] [--seed 11] [--kinds kernel,worker]`: trainings and sweeps that run by themselves, while their
 * notebook's kernel, their processes, engines' hosts, workers and ranks are killed at random. What was lost, left corrupt or left running is told; nothing should be.
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
