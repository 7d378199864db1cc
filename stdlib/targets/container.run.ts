/** A folder of ONNX models with a server beside them, and what an image or a service is built by. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { CopiedCall, Deployed, TargetImplementation, TargetOutput } from "./kind.js";
import * as small from "./shared/container/files.js";
import * as served from "./shared/container/service-files.js";
import { serverText } from "./shared/container/server.js";
import { shell, shellPath } from "../text/quoting.js";
import { curlOf } from "./shared/request.js";
import { sortOf } from "./shared/model-type.js";
import { word } from "./container.js";
import { onnx } from "./onnx.run.js";

const AT = `http://127.0.0.1:${String(small.PORT)}`;
const TEXT = "The invoice that came on Monday is wrong.";

export const container: TargetImplementation = {
  refuses: (call, model) => onnx.refuses?.(call, model) ?? null,
  async write(call, model, out) {
    const written = await onnx.write(call, model, out);
    if (argumentsOf(word, call).server === "small") await writeSmall(model, out);
    else await writeServed(model, out);
    return written;
  },
  calls: (call, model, at) =>
    argumentsOf(word, call).server === "small" ? smallCalls(model, at) : servedCalls(model, at),
};

async function writeSmall(model: Deployed, out: TargetOutput): Promise<void> {
  await out.write("server.mjs", serverText(model));
  await out.write("package.json", small.packageJson(model.name));
  await out.write("Dockerfile", small.dockerfile());
  await out.write("compose.yaml", small.composeFile(model.name));
  await out.write(".dockerignore", small.DOCKERIGNORE);
}
async function writeServed({ name }: Deployed, out: TargetOutput): Promise<void> {
  await out.tool("tunebook", { from: served.PACKED, to: served.PACKED });
  await out.write("Dockerfile", served.dockerfile(name));
  await out.write("compose.yaml", served.composeFile(name));
  await out.write("tunebook.service", served.unitFile(name));
  await out.write(`${served.ENVIRONMENT}.example`, served.EXAMPLE);
  await out.write(".dockerignore", served.DOCKERIGNORE);
}

function smallCalls({ config }: Deployed, at: string): readonly CopiedCall[] {
  const inputs = sortOf(config) === "answers" ? { question: "What is wrong?", context: TEXT } : TEXT;
  const ask = `curl -s ${AT}/ -H "content-type: application/json" -d ${shell(JSON.stringify({ inputs }))}`;
  return [
    composed(at, ask),
    {
      language: "shell",
      needs: ["node", "npm", "curl"],
      code: `(cd -- ${shellPath(at)} && npm install --ignore-scripts && npm start) &\n${until("/health")}\n${ask}\n`,
    },
  ];
}

function servedCalls(model: Deployed, at: string): readonly CopiedCall[] {
  const { name, config, chat, roles } = model;
  const asked = { name, sort: sortOf(config), chats: chat !== undefined, pairs: roles.includes("text_pair") };
  const ask = curlOf(asked, { url: AT, key: `$${served.KEYS}`, certificate: null });
  const keys = `export ${served.KEYS}=$(openssl rand -hex 24)`;
  const file = `echo "${served.KEYS}=$${served.KEYS}" > ${shellPath(`${at}/${served.ENVIRONMENT}`)}`;
  const serve = `npx --yes --ignore-scripts --package ${shellPath(`${at}/${served.PACKED}`)} tunebook serve --name ${shell(`${model.name}=${at}`)}`;
  return [
    composed(at, ask, `${keys}\n${file}\n`),
    {
      language: "shell",
      needs: ["node", "npm", "curl", "openssl"],
      code: `${keys}\n${serve} --port ${String(small.PORT)} --api-keys-env ${served.KEYS} &\n${until("/ready")}\n${ask}\n`,
    },
  ];
}

const until = (path: string): string => `until curl -sf ${AT}${path}; do sleep 1; done`;

function composed(at: string, ask: string, before = ""): CopiedCall {
  return {
    language: "shell",
    needs: ["docker", "curl", ...(before === "" ? [] : ["openssl"])],
    code: `${before}docker compose --project-directory ${shellPath(at)} up --build --wait\n${ask}\n`,
  };
}
