/** Target `container`: a folder of ONNX models with a server, and the files to build an image or a service. */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { CodeExample, ModelToDeploy, TargetImplementation, TargetWriter } from "./kind.js";
import * as small from "./shared/container/files.js";
import * as served from "./shared/container/service-files.js";
import { serverScriptText } from "./shared/container/server.js";
import { shellWord, shellPathArgument } from "../text/quoting.js";
import { curlCommand } from "./shared/request.js";
import { answerTypeOf } from "./shared/model-type.js";
import { word } from "./container.js";
import { onnx } from "./onnx.run.js";

const AT = `http://127.0.0.1:${String(small.CONTAINER_PORT)}`;
const TEXT = "The invoice that came on Monday is wrong.";

export const container: TargetImplementation = {
  refuses: (call, model) => onnx.refuses?.(call, model) ?? null,
  async write(call, model, out) {
    const written = await onnx.write(call, model, out);
    if (argumentsWithDefaults(word, call).server === "small") await writeSmall(model, out);
    else await writeServed(model, out);
    return written;
  },
  calls: (call, model, place) =>
    argumentsWithDefaults(word, call).server === "small" ? smallCalls(model, place) : servedCalls(model, place),
};

async function writeSmall(model: ModelToDeploy, out: TargetWriter): Promise<void> {
  await out.write("server.mjs", serverScriptText(model));
  await out.write("package.json", small.packageJsonText(model.name));
  await out.write("Dockerfile", small.dockerfileText());
  await out.write("compose.yaml", small.composeFileText(model.name));
  await out.write(".dockerignore", small.DOCKERIGNORE_TEXT);
}
async function writeServed({ name }: ModelToDeploy, out: TargetWriter): Promise<void> {
  await out.tool("tunebook", { from: served.TUNEBOOK_TARBALL, to: served.TUNEBOOK_TARBALL });
  await out.write("Dockerfile", served.serviceDockerfile(name));
  await out.write("compose.yaml", served.serviceComposeFile(name));
  await out.write("tunebook.service", served.systemdUnitFile(name));
  await out.write(`${served.ENVIRONMENT_FILE}.example`, served.EXAMPLE_ENVIRONMENT_TEXT);
  await out.write(".dockerignore", served.SERVICE_DOCKERIGNORE_TEXT);
}

function smallCalls({ config }: ModelToDeploy, place: string): readonly CodeExample[] {
  const inputs = answerTypeOf(config) === "answers" ? { question: "What is wrong?", context: TEXT } : TEXT;
  const ask = `curl -s ${AT}/ -H "content-type: application/json" -d ${shellWord(JSON.stringify({ inputs }))}`;
  return [
    composed(place, ask),
    {
      language: "shell",
      needs: ["node", "npm", "curl"],
      code: `(cd -- ${shellPathArgument(place)} && npm install --ignore-scripts && npm start) &\n${until("/health")}\n${ask}\n`,
    },
  ];
}

function servedCalls(model: ModelToDeploy, place: string): readonly CodeExample[] {
  const { name, config, chat, roles } = model;
  const requested = { name, sort: answerTypeOf(config), chats: chat !== undefined, pairs: roles.includes("text_pair") };
  const ask = curlCommand(requested, { url: AT, key: `$${served.API_KEYS_VARIABLE}`, certificate: null });
  const keys = `export ${served.API_KEYS_VARIABLE}=$(openssl rand -hex 24)`;
  const file = `echo "${served.API_KEYS_VARIABLE}=$${served.API_KEYS_VARIABLE}" > ${shellPathArgument(`${place}/${served.ENVIRONMENT_FILE}`)}`;
  const serve = `npx --yes --ignore-scripts --package ${shellPathArgument(`${place}/${served.TUNEBOOK_TARBALL}`)} tunebook serve --name ${shellWord(`${model.name}=${place}`)}`;
  return [
    composed(place, ask, `${keys}\n${file}\n`),
    {
      language: "shell",
      needs: ["node", "npm", "curl", "openssl"],
      code: `${keys}\n${serve} --port ${String(small.CONTAINER_PORT)} --api-keys-env ${served.API_KEYS_VARIABLE} &\n${until("/ready")}\n${ask}\n`,
    },
  ];
}

const until = (path: string): string => `until curl -sf ${AT}${path}; do sleep 1; done`;

function composed(place: string, ask: string, before = ""): CodeExample {
  return {
    language: "shell",
    needs: ["docker", "curl", ...(before === "" ? [] : ["openssl"])],
    code: `${before}docker compose --project-directory ${shellPathArgument(place)} up --build --wait\n${ask}\n`,
  };
}
