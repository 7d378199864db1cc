/** A folder of ONNX models with a server beside them, and what an image is built by. */
import type { TargetImplementation } from "../kinds/target.js";
import { composeFile, dockerfile, DOCKERIGNORE, packageJson, PORT } from "../lib/targets/container/files.js";
import { serverText } from "../lib/targets/container/server.js";
import { shell, shellPath } from "../lib/targets/quoting.js";
import { sortOf } from "../lib/targets/sort.js";
import { onnx } from "./onnx.run.js";

export const container: TargetImplementation = {
  refuses: (call, model) => onnx.refuses?.(call, model) ?? null,
  async write(call, model, out) {
    const written = await onnx.write(call, model, out);
    await out.write("server.mjs", serverText(model));
    await out.write("package.json", packageJson(model.name));
    await out.write("Dockerfile", dockerfile());
    await out.write("compose.yaml", composeFile(model.name));
    await out.write(".dockerignore", DOCKERIGNORE);
    return written;
  },
  calls: (_call, model, at) => {
    const inputs =
      sortOf(model.config) === "answers"
        ? { question: "What is wrong?", context: "The invoice that came on Monday is wrong." }
        : "The invoice that came on Monday is wrong.";
    const ask = `curl -s http://127.0.0.1:${String(PORT)}/ -H "content-type: application/json" -d ${shell(JSON.stringify({ inputs }))}`;
    return [
      {
        language: "shell",
        needs: ["docker", "curl"],
        code: `docker compose --project-directory ${shellPath(at)} up --build --wait\n${ask}\n`,
      },
      {
        language: "shell",
        needs: ["node", "npm", "curl"],
        code: `(cd -- ${shellPath(at)} && npm install --ignore-scripts && npm start) &\nuntil curl -sf http://127.0.0.1:${String(PORT)}/health; do sleep 1; done\n${ask}\n`,
      },
    ];
  },
};
