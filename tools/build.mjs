// `npm run build`: builds all of dist, but only what changed (the compiler and the extension's build check that
// themselves).
import { build, StepFailed } from "./provision.mjs";

try {
  await build();
} catch (error) {
  if (!(error instanceof StepFailed)) console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
