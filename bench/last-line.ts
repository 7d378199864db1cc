import { spawn } from "node:child_process";

/** Returns the JSON on the last line that a program prints; its other lines go to standard error. */
export function lastLine<T>(command: string, args: readonly string[]): Promise<T> {
  return new Promise((done, reject) => {
    const env = {
      ...process.env,
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_VERBOSITY: "error",
      TQDM_DISABLE: "1",
      PYTHONWARNINGS: "ignore",
    };
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      const line = Buffer.concat(chunks).toString().trim().split("\n").at(-1) ?? "";
      if (status === 0) done(JSON.parse(line) as T);
      else reject(new Error(`${command} ${args.join(" ")} ended with status ${String(status)}`));
    });
  });
}
