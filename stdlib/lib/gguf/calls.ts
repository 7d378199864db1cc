/** Calls of a GGUF file that a reader copies. */
import type { CopiedCall, Deployed } from "../../kinds/target.js";

const TOKENS = 64;

export function ggufCalls({ parts }: Pick<Deployed, "parts">, at: string): readonly CopiedCall[] {
  const chats = parts.task.call.word === "chat";
  const path = JSON.stringify(at);
  const prompt = JSON.stringify(chats ? "Which way is up?" : "Once upon a time");
  const name = (at.split(/[\\/]/).at(-1) ?? at).replace(/\.gguf$/i, "");
  return [
    {
      language: "JavaScript",
      needs: ["node-llama-cpp"],
      code: [
        `import { getLlama, ${chats ? "LlamaChatSession" : "LlamaCompletion"} } from "node-llama-cpp";`,
        "",
        "const llama = await getLlama();",
        `const model = await llama.loadModel({ modelPath: ${path} });`,
        "const context = await model.createContext();",
        ...(chats
          ? [
              // Without it a turn of node-llama-cpp's own would come first.
              'const session = new LlamaChatSession({ contextSequence: context.getSequence(), systemPrompt: "" });',
              `console.log(await session.prompt(${prompt}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
            ]
          : [
              "const completion = new LlamaCompletion({ contextSequence: context.getSequence() });",
              `console.log(await completion.generateCompletion(${prompt}, { temperature: 0, maxTokens: ${String(TOKENS)} }));`,
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
        `params.model.path = ${path}`,
        "server = xllamacpp.Server(params)",
        ...(chats
          ? [
              `answer = server.handle_chat_completions({"messages": [{"role": "user", "content": ${prompt}}], "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["message"]["content"])',
            ]
          : [
              `answer = server.handle_completions({"prompt": ${prompt}, "temperature": 0, "max_tokens": ${String(TOKENS)}})`,
              'print(answer["choices"][0]["text"])',
            ]),
        "",
      ].join("\n"),
    },
    {
      language: "shell",
      needs: ["llama.cpp"],
      code: chats
        ? `llama-cli -m ${path} --temp 0 -n ${String(TOKENS)} -st -p ${prompt}\n`
        : `llama-completion -m ${path} --temp 0 -n ${String(TOKENS)} -no-cnv -p ${prompt}\n`,
    },
    {
      language: "shell",
      needs: ["ollama"],
      code: `ollama create ${name} -f ${JSON.stringify(at.replace(/\.gguf$/i, ".Modelfile"))}\nollama run ${name} ${prompt}\n`,
    },
  ];
}
