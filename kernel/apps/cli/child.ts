/** Runs another program on this terminal: it gets the input, the output and Ctrl-C; we wait until it exits. */
import { spawn } from "node:child_process";

/** Resolves with its exit status (130 after Ctrl-C); rejects if it cannot be started. */
export function runChildProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((done, reject) => {
    // The terminal sends Ctrl-C to the child as well. The child decides how to exit, so we only wait.
    const wait = (): void => undefined;
    const stop = (): void => void child.kill("SIGTERM");
    const child = spawn(command, [...args], { stdio: "inherit", env: { ...process.env, ...env } });
    process.on("SIGINT", wait);
    process.on("SIGTERM", stop);
    const over = (): void => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", stop);
    };
    child.once("error", (error) => {
      over();
      reject(error);
    });
    child.once("close", (status, signal) => {
      over();
      done(status ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
