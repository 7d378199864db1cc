/**
 * Common chat templates in Ollama's form (Go's text/template) and, where a word of the vocabulary writes them, in the
 * Jinja form of GGUF files and transformers. In the Go form, `[BOS]` and `[EOS]` stand for the tokenizer's tokens, and
 * a BOS that begins every text is omitted.
 */
export interface KnownChatTemplate {
  readonly name: string;
  readonly go: string;
  /** Missing if no word of the vocabulary writes it; models with this template bring their own. */
  readonly jinja?: string;
}

const each = (body: string): string => `{% for m in messages %}${body}{% endfor %}`;
const ask = (text: string): string => `{% if add_generation_prompt %}{{ '${text}' }}{% endif %}`;
const ALONE =
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.";

const alpaca: KnownChatTemplate = {
  name: "alpaca",
  go:
    `{{ if .System }}{{ .System }}{{ else }}${ALONE}{{ end }}\n\n` +
    `{{ range $i, $m := .Messages }}{{ if eq $m.Role "user" }}` +
    `{{ if and $i (or (ne $i 1) (not $.System)) }}\n\n{{ end }}### Instruction:\n{{ $m.Content }}\n\n### Response:\n` +
    `{{ else if eq $m.Role "assistant" }}{{ $m.Content }}[EOS]{{ end }}{{ end }}`,
  jinja:
    `{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% else %}{{ '${ALONE}' }}{% endif %}` +
    `{% for m in messages %}{% if m['role'] == 'user' %}{{ '\\n\\n### Instruction:\\n' + m['content'] + '\\n\\n### Response:\\n' }}` +
    `{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}`,
};

const llama2: KnownChatTemplate = {
  name: "llama2",
  go:
    `{{ range $i, $m := .Messages }}{{ if eq $m.Role "user" }}` +
    `{{ if and $i (or (ne $i 1) (not $.System)) }}[BOS][INST] {{ $m.Content }} [/INST]` +
    `{{ else }}[INST] {{ if $.System }}<<SYS>>\n{{ $.System }}\n<</SYS>>\n\n{{ end }}{{ $m.Content }} [/INST]{{ end }}` +
    `{{ else if eq $m.Role "assistant" }} {{ $m.Content }} [EOS]{{ end }}{{ end }}`,
  jinja:
    `{% set system = messages[0]['content'] if messages[0]['role'] == 'system' else '' %}` +
    `{% for m in messages %}{% if m['role'] == 'user' %}` +
    `{{ bos_token + '[INST] ' + ('<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' if system and loop.index0 == 1 else '') + m['content'].strip() + ' [/INST]' }}` +
    `{% elif m['role'] == 'assistant' %}{{ ' ' + m['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}`,
};

const mistral = (name: string, inside: readonly [string, string], answer: string): KnownChatTemplate => ({
  name,
  go:
    `{{ range $i, $m := .Messages }}{{ if eq $m.Role "user" }}` +
    `[INST]${inside[0]}{{ if and (eq $i 1) $.System }}{{ $.System }}\n\n{{ end }}{{ $m.Content }}${inside[1]}[/INST]` +
    `{{ else if eq $m.Role "assistant" }}${answer}{{ $m.Content }}[EOS]{{ end }}{{ end }}`,
});

export const KNOWN_CHAT_TEMPLATES: readonly KnownChatTemplate[] = [
  {
    name: "chatml",
    go: `{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n`,
    jinja:
      each(`{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}`) +
      ask("<|im_start|>assistant\\n"),
  },
  {
    name: "llama3",
    go:
      `{{ range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n{{ .Content }}<|eot_id|>{{ end }}` +
      `<|start_header_id|>assistant<|end_header_id|>\n\n`,
    jinja:
      `{{ bos_token }}` +
      each(
        `{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'].strip() + '<|eot_id|>' }}`,
      ) +
      ask("<|start_header_id|>assistant<|end_header_id|>\\n\\n"),
  },
  {
    name: "gemma",
    go:
      `{{ range $i, $m := .Messages }}{{ if eq $m.Role "user" }}<start_of_turn>user\n` +
      `{{ if and (eq $i 1) $.System }}{{ $.System }}\n\n{{ end }}{{ $m.Content }}<end_of_turn>\n` +
      `{{ else if eq $m.Role "assistant" }}<start_of_turn>model\n{{ $m.Content }}<end_of_turn>\n{{ end }}{{ end }}` +
      `<start_of_turn>model\n`,
    jinja:
      `{{ bos_token }}` +
      each(
        `{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else 'user') + '\\n' + m['content'].strip() + '<end_of_turn>\\n' }}`,
      ) +
      ask("<start_of_turn>model\\n"),
  },
  alpaca,
  llama2,
  mistral("mistral", [" ", " "], ""),
  mistral("mistral-v3", [" ", ""], " "),
  {
    name: "zephyr",
    go: `{{ range .Messages }}<|{{ .Role }}|>\n{{ .Content }}[EOS]\n{{ end }}<|assistant|>\n`,
  },
  { name: "plain", go: `{{ range .Messages }}{{ .Content }}{{ end }}`, jinja: each(`{{ m['content'] }}`) },
];
