/**
 * Shows values of imported settings in a program's head and in errors without secrets, as programs get shared. A
 * setting's name decides, and inside objects and code the name of each value.
 */

/** Names whose values may be secret. */
const secret =
  /token|^login$|(?:^|[._-]|[a-z])key(?:$|s$|[._-]?id$)|secret|passw|credential|webhook|auth|signature|cookie/i;
/** Names with "token" for text tokens and token counts, which are not secret. */
const harmless =
  /tokenizer|tokeni[sz]|max_|min_|num_|new_|n_tokens|special_tokens|new_tokens|add_tokens|token_embeddings|(?:pad|bos|eos|unk|sep|cls|mask|image|audio|video|start|end|stop|decoder_start)_token|author/i;
const isSecret = (name: string): boolean => {
  const lastName = name.split(".").at(-1) ?? name;
  return secret.test(lastName) && !harmless.test(lastName);
};
/** `api_key="…"`, `HF_TOKEN: '…'` in code. */
const assigned = /([\w.-]+)(["']?\s*[=:]\s*)(["'])((?:\\.|(?!\3)[^\\])*)\3/g;

/** Value as JSON, truncated if long. */
export function maskedSettingText(setting: string, value: unknown): string {
  if (isSecret(setting)) return "…";
  const text =
    JSON.stringify(value, (key, part: unknown) => {
      if (key !== "" && isSecret(key)) return "…";
      return typeof part === "string" ? withoutSecrets(part) : part;
    }) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Tokens by their providers' prefixes: Hugging Face, OpenAI, GitHub, AWS. */
const shaped = /\b(?:hf_|sk-|gh[pousr]_|github_pat_|AKIA)[\w-]{6,}/g;

/** `--token …` in commands, and headers. */
const ofCommands = /(\bBearer\s+|--?(?:token|password|api[-_]key|key)[ =])[^\s"']+/gi;

function withoutSecrets(code: string): string {
  return code
    .replace(shaped, "…")
    .replace(ofCommands, "$1…")
    .replace(assigned, (all, name: string, between: string, quote: string) =>
      isSecret(name) ? `${name}${between}${quote}…${quote}` : all,
    );
}
