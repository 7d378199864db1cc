#!/usr/bin/env node
/** The command `tunebook`: ./program.ts knows what there is to call. */
import { runCommandLine } from "./program.js";

// Who reads may have gone (`tunebook run x.tune | head`): what runs goes on to its end, unheard.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
await runCommandLine(process.argv.slice(2));
