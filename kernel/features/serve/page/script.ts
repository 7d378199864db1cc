/** The page's script: lists the models and sends requests in the API of the model's type. */
export const pageScript = String.raw`
"use strict";
const at = (id) => document.getElementById(id);
const headers = { "content-type": "application/json" };
let models = [];
let going = null;

const asks = {
  chat: (m, first) => ({ url: "/v1/chat/completions", body: { model: m.id, stream: true, messages: [{ role: "user", content: first }] } }),
  write: (m, first) => ({ url: "/v1/completions", body: { model: m.id, stream: true, max_tokens: 200, prompt: first } }),
  labels: (m, first, second) => ({ url: "/predict", body: { model: m.id, inputs: m.pairs ? [[first, second]] : [[first]] } }),
  embeds: (m, first, second) => ({ url: "/similarity", body: { model: m.id, inputs: { source_sentence: first, sentences: second.split("\n").filter((s) => s.trim() !== "") } } }),
  answers: (m, first, second) => ({ url: "/models/" + encodeURIComponent(m.id), body: { inputs: { question: first, context: second } } }),
  other: (m, first) => ({ url: "/models/" + encodeURIComponent(m.id), body: { inputs: first } }),
};
function wayOf(m) {
  if (m.sort === "continues") return m.chats ? "chat" : "write";
  if (m.sort === "rewrites") return "write";
  if (m.sort === "labels" || m.sort === "number") return "labels";
  return m.sort === "embeds" || m.sort === "answers" ? m.sort : "other";
}
const words = {
  chat: ["What you say", null, "answers conversations"],
  write: ["Text", null, "writes on"],
  labels: ["Text", null, "judges texts"],
  embeds: ["Text", "Texts to compare with, one a line", "compares texts"],
  answers: ["Question", "Context", "finds answers in a context"],
  other: ["Text", null, "reads texts"],
};
const chosen = () => models.find((m) => m.id === at("model").value);

function show() {
  const m = chosen();
  if (!m) return;
  const [first, second, does] = words[wayOf(m)];
  at("first-name").textContent = m.pairs && wayOf(m) === "labels" ? "First text" : first;
  const other = m.pairs && wayOf(m) === "labels" ? "Second text" : second;
  at("more").hidden = other === null;
  at("second").required = other !== null;
  at("second-name").textContent = other ?? "";
  const labels = m.labels.length === 0 ? "" : ": " + m.labels.slice(0, 8).join(", ") + (m.labels.length > 8 ? " …" : "");
  at("about").textContent = does + labels + ", up to " + m.max_model_len + " tokens";
  at("answer").replaceChildren();
}
async function failed(response) {
  let said = null;
  try { said = await response.json(); } catch { /* no JSON: the status says it */ }
  const error = said && said.error;
  return (error && (error.message ?? error)) || "the server answered " + response.status;
}
async function open() {
  at("wrong").textContent = "";
  const response = await fetch("/v1/models", { headers });
  if (response.status === 401) {
    if (headers.authorization) at("wrong").textContent = await failed(response);
    at("door").hidden = false;
    at("key").focus();
    return;
  }
  if (!response.ok) { at("wrong").textContent = await failed(response); return; }
  models = (await response.json()).data;
  at("model").replaceChildren(...models.map((m) => { const o = document.createElement("option"); o.value = m.id; o.textContent = m.id; return o; }));
  at("door").hidden = true;
  at("ask").hidden = false;
  show();
  at("first").focus();
}
function scored(list) {
  const rows = list.map(({ label, score }) => {
    const row = document.createElement("div");
    row.className = "score";
    const bar = document.createElement("i");
    bar.style.width = Math.max(0, Math.min(1, score)) * 100 + "%";
    const [name, share] = [document.createElement("span"), document.createElement("span")];
    name.textContent = label;
    share.textContent = score.toFixed(4);
    row.append(bar, name, share);
    return row;
  });
  at("answer").replaceChildren(...rows);
}
async function streamed(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, "");
      if (data === "[DONE]") continue;
      const said = JSON.parse(data);
      if (said.error) throw new Error(said.error.message);
      const [choice] = said.choices;
      if (choice) at("answer").append((choice.delta ? choice.delta.content : choice.text) ?? "");
    }
  }
}
async function ask(event) {
  event.preventDefault();
  const m = chosen();
  const way = wayOf(m);
  const second = at("second").value;
  const { url, body } = asks[way](m, at("first").value, second);
  going = new AbortController();
  at("go").disabled = true;
  at("stop").hidden = false;
  at("wrong").textContent = "";
  at("answer").replaceChildren();
  at("took").textContent = "";
  const began = performance.now();
  try {
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: going.signal });
    if (!response.ok) throw new Error(await failed(response));
    const cut = response.headers.get("x-truncated");
    if (body.stream) await streamed(response);
    else {
      const said = await response.json();
      if (way === "labels") scored(said[0]);
      else if (way === "embeds") scored(said.map((score, i) => ({ label: body.inputs.sentences[i], score })));
      else at("answer").textContent = way === "answers" ? said.answer || "no answer" : JSON.stringify(said, null, 2);
    }
    at("took").textContent = Math.round(performance.now() - began) + " ms" + (cut ? "; the text was cut" : "");
  } catch (error) {
    if (error.name !== "AbortError") at("wrong").textContent = error.message;
  } finally {
    at("go").disabled = false;
    at("stop").hidden = true;
    going = null;
  }
}
at("door").addEventListener("submit", (event) => {
  event.preventDefault();
  headers.authorization = "Bearer " + at("key").value;
  void open();
});
at("ask").addEventListener("submit", (event) => void ask(event));
// A link can't send the key.
at("all").addEventListener("click", async (event) => {
  event.preventDefault();
  const response = await fetch("/openapi.json", { headers });
  if (response.ok) at("answer").textContent = JSON.stringify(await response.json(), null, 2);
  else at("wrong").textContent = await failed(response);
});
at("model").addEventListener("change", show);
at("stop").addEventListener("click", () => going && going.abort());
for (const id of ["first", "second"])
  at(id).addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("ask").requestSubmit();
  });
void open();
`;
