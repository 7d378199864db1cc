#!/usr/bin/env node
/** Entry point of the command `tunebook`; ./program.ts has its commands. */
import { runCommandLine } from "./program.js";

// The reader may have exited (`tunebook run x.tune | head`): the command continues to its end without output.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
await runCommandLine(process.argv.slice(2));
