/** Code examples for a GGUF file. */
import type { CodeExample, ModelToDeploy } from "../../kind.js";
import { javaScriptString, ollamaName, pythonString, shellWord, shellPathArgument } from "../../../text/quoting.js";

const TOKENS = 64;

export function ggufCallExamples({ parts }: Pick<ModelToDeploy, "parts">, place: string): readonly CodeExample[] {
  const chats = parts.task.call.word === "chat";
  const prompt = chats ? "Which way is up?" : "Once upon a time";
  const name = ollamaName((place.split(/[\\/]/).at(-1) ?? place).replace(/\.gguf$/i, ""));
  return [
    {
      language: "JavaScript",
      needs: ["node-llama-cpp"],
      code: [
        `import { getLlama, ${chats ? "LlamaChatSession" : "LlamaCompletion"} } from "node-llama-cpp";`,
        "",
        "const llama = await getLlama();",
        `const model = await llama.loadModel({ modelPath: ${javaScriptString(place)} });`,
        "const context = await model.createContext();",
        ...(chats
          ? [
              // Without an empty `systemPrompt`, node-llama-cpp would insert its own.
              'const session = new LlamaChatSession({ contextSequence: context.getSequence(), systemPrompt: "" });',
              `console.log(await session.prompt(${javaScriptString(prompt)}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
            ]
          : [
              "const completion = new LlamaCompletion({ contextSequence: context.getSequence() });",
              `console.log(await completion.generateCompletion(${javaScriptString(prompt)}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
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
        `params.model.path = ${pythonString(place)}`,
        "server = xllamacpp.Server(params)",
        ...(chats
          ? [
              `answer = server.handle_chat_completions({"messages": [{"role": "user", "content": ${pythonString(prompt)}}], "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["message"]["content"])',
            ]
          : [
              `answer = server.handle_completions({"prompt": ${pythonString(prompt)}, "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["text"])',
            ]),
        "",
      ].join("\n"),
    },
    {
      language: "shell",
      needs: ["llama.cpp"],
      code: chats
        ? `llama-cli -m ${shellPathArgument(place)} --temp 0 -n ${String(TOKENS)} -st -p ${shellWord(prompt)}\n`
        : `llama-completion -m ${shellPathArgument(place)} --temp 0 -n ${String(TOKENS)} -no-cnv -p ${shellWord(prompt)}\n`,
    },
    {
      language: "shell",
      needs: ["ollama"],
      code: `ollama create ${name} -f ${shellPathArgument(place.replace(/\.gguf$/i, ".Modelfile"))}\nollama run ${name} ${shellWord(prompt)}\n`,
    },
  ];
}
