#!/usr/bin/env node
/** The command `tunebook`: ./program.ts knows what there is to call. */
import { runProgram } from "./program.js";

await runProgram(process.argv.slice(2));
