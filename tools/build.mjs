// `npm run build`: all of dist, of which only what changed is made again (the compiler and the extension's build look for themselves).
import { build, StepFailed } from "./provision.mjs";

try {
  await build();
} catch (error) {
  if (!(error instanceof StepFailed)) console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
