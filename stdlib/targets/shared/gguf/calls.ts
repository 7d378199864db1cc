/** Calls of a GGUF file that a reader copies. */
import type { CopiedCall, Deployed } from "../../kind.js";
import { javaScript, ollamaName, python, shell, shellPath } from "../../../text/quoting.js";

const TOKENS = 64;

export function ggufCalls({ parts }: Pick<Deployed, "parts">, at: string): readonly CopiedCall[] {
  const chats = parts.task.call.word === "chat";
  const asked = chats ? "Which way is up?" : "Once upon a time";
  const name = ollamaName((at.split(/[\\/]/).at(-1) ?? at).replace(/\.gguf$/i, ""));
  return [
    {
      language: "JavaScript",
      needs: ["node-llama-cpp"],
      code: [
        `import { getLlama, ${chats ? "LlamaChatSession" : "LlamaCompletion"} } from "node-llama-cpp";`,
        "",
        "const llama = await getLlama();",
        `const model = await llama.loadModel({ modelPath: ${javaScript(at)} });`,
        "const context = await model.createContext();",
        ...(chats
          ? [
              // Without it a turn of node-llama-cpp's own would come first.
              'const session = new LlamaChatSession({ contextSequence: context.getSequence(), systemPrompt: "" });',
              `console.log(await session.prompt(${javaScript(asked)}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
            ]
          : [
              "const completion = new LlamaCompletion({ contextSequence: context.getSequence() });",
              `console.log(await completion.generateCompletion(${javaScript(asked)}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
            ]),
        "await llama.dispose();",
        "",
      ].join("\n"),
    },
    {
      language: "Python",
      needs: ["xllamacpp"],
      code: [
        "import xllamacpp",
        "",
        "params = xllamacpp.CommonParams()",
        `params.model.path = ${python(at)}`,
        "server = xllamacpp.Server(params)",
        ...(chats
          ? [
              `answer = server.handle_chat_completions({"messages": [{"role": "user", "content": ${python(asked)}}], "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["message"]["content"])',
            ]
          : [
              `answer = server.handle_completions({"prompt": ${python(asked)}, "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["text"])',
            ]),
        "",
      ].join("\n"),
    },
    {
      language: "shell",
      needs: ["llama.cpp"],
      code: chats
        ? `llama-cli -m ${shellPath(at)} --temp 0 -n ${String(TOKENS)} -st -p ${shell(asked)}\n`
        : `llama-completion -m ${shellPath(at)} --temp 0 -n ${String(TOKENS)} -no-cnv -p ${shell(asked)}\n`,
    },
    {
      language: "shell",
      needs: ["ollama"],
      code: `ollama create ${name} -f ${shellPath(at.replace(/\.gguf$/i, ".Modelfile"))}\nollama run ${name} ${shell(asked)}\n`,
    },
  ];
}
