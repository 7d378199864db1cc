/**
 * A command called as a user would, but in this process: starting a process per call would dominate the tests' time.
 */
import { runCommandLine } from "#kernel/apps/cli/program.js";

export interface Called {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tunebook ARGS` with `folder` as the working directory, and captures its output. */
export async function called(folder: string, ...args: readonly string[]): Promise<Called> {
  const [home, before] = [process.cwd(), process.exitCode];
  const [out, err] = [heard(process.stdout), heard(process.stderr)];
  process.exitCode = 0;
  try {
    process.chdir(folder);
    await runCommandLine(args);
    return { status: Number(process.exitCode), stdout: out.text(), stderr: err.text() };
  } finally {
    process.chdir(home);
    process.exitCode = before;
    for (const stream of [out, err]) stream.restore();
  }
}

/** Captures what is written to a stream from now on. */
function heard(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const { write, isTTY } = stream;
  const parts: string[] = [];
  stream.isTTY = false;
  stream.write = (part: Uint8Array | string): boolean => {
    parts.push(typeof part === "string" ? part : Buffer.from(part).toString());
    return true;
  };
  return {
    text: () => parts.join(""),
    restore: () => {
      stream.write = write;
      stream.isTTY = isTTY;
    },
  };
}
