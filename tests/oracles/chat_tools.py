"""Chat templates with tools: what transformers' apply_chat_template writes of tools, of calls and of their answers. The
templates are written for this test in the forms that are read; they use of Jinja what those of models use."""
import json
import os

from transformers import PreTrainedTokenizerFast

TAGGED = r"""{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0]['role'] == 'system' %}{{- messages[0]['content'] + '\n\n' }}{%- else %}{{- 'Be of help.\n\n' }}{%- endif %}
    {{- "# Tools\n\nFunctions that may be called:\n<tools>" }}
    {%- for tool in tools %}{{- "\n" }}{{- tool | tojson }}{%- endfor %}
    {{- "\n</tools>\n\nCall one as\n<tool_call>\n{\"name\": <name>, \"arguments\": <json>}\n</tool_call><|im_end|>\n" }}
{%- elif messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}{{- '\n' + message.content }}{%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- '\n<tool_call>\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.index0 == 0 or messages[loop.index0 - 1].role != "tool" %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\n<tool_response>\n' }}{{- message.content }}{{- '\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != "tool" %}{{- '<|im_end|>\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
"""
BARE = r"""{{- bos_token }}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system = "" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}{{- system }}{{- "<|eot_id|>" }}
{%- if tools is not none %}
    {%- set first = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
    {{- '<|start_header_id|>user<|end_header_id|>\n\n' }}
    {{- 'Answer with a call: {"name": function name, "parameters": dictionary of argument name and its value}.\n\n' }}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\n\n" }}{%- endfor %}
    {{- first + "<|eot_id|>" }}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls | length == 1 %}{{- raise_exception("One call at a time!") }}{%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
        {{- '{"name": "' + tool_call.name + '", "parameters": ' }}{{- tool_call.arguments | tojson }}{{- "}<|eot_id|>" }}
    {%- else %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\n\n" }}
        {%- if message.content is mapping or (message.content is iterable and message.content is not string) %}{{- message.content | tojson }}{%- else %}{{- message.content }}{%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}
"""
LISTED = r"""{%- if messages[0]["role"] == "system" %}{%- set system_message = messages[0]["content"] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}{{- '"' + key + '": "' + val + '"' }}{%- else %}{{- '"' + key + '": ' + val | tojson }}{%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}{%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}{{- "[INST] " + system_message + "\n\n" + message["content"] + "[/INST]" }}{%- else %}{{- "[INST] " + message["content"] + "[/INST]" }}{%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function | tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id | length != 9 %}{{- raise_exception("Ids of calls have nine letters!") }}{%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}{%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}{{- " " + message["content"] + eos_token }}
    {%- elif message["role"] == "tool" %}
        {%- if not message.tool_call_id is defined or message.tool_call_id | length != 9 %}{{- raise_exception("Ids of calls have nine letters!") }}{%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + message.content | string + ', "call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}{{- raise_exception("Only roles that are known!") }}
    {%- endif %}
{%- endfor %}
"""
NAMED = r"""{{- bos_token }}
{%- if messages[0]["role"] == "system" %}{{- "[SYSTEM_PROMPT]" + messages[0]["content"] + "[/SYSTEM_PROMPT]" }}{%- set messages = messages[1:] %}{%- endif %}
{%- if tools is defined and tools is not none and tools | length > 0 %}{{- "[AVAILABLE_TOOLS]" + (tools | tojson) + "[/AVAILABLE_TOOLS]" }}{%- endif %}
{%- for message in messages %}
    {%- if message["role"] == "user" %}{{- "[INST]" + message["content"] + "[/INST]" }}
    {%- elif message["role"] == "assistant" %}
        {%- if message["content"] %}{{- message["content"] }}{%- endif %}
        {%- if message["tool_calls"] is defined and message["tool_calls"] is not none and message["tool_calls"] | length > 0 %}
            {%- for tool in message["tool_calls"] %}
                {%- set arguments = tool["function"]["arguments"] %}
                {%- if arguments is not string %}{%- set arguments = arguments | tojson | safe %}{%- elif arguments == "" %}{%- set arguments = "{}" %}{%- endif %}
                {{- "[TOOL_CALLS]" + tool["function"]["name"] + "[ARGS]" + arguments }}
            {%- endfor %}
        {%- endif %}
        {{- eos_token }}
    {%- elif message["role"] == "tool" %}{{- "[TOOL_RESULTS]" + message["content"] | string + "[/TOOL_RESULTS]" }}
    {%- else %}{{- raise_exception("Only roles that are known!") }}
    {%- endif %}
{%- endfor %}
"""
XML = r"""{%- macro extras(json, keys) %}
    {%- if json is mapping %}
        {%- for key in json if key not in keys %}
            {%- if json[key] is mapping or (json[key] is sequence and json[key] is not string) %}{{- "\n<" ~ key ~ ">" ~ (json[key] | tojson | safe) ~ "</" ~ key ~ ">" }}{%- else %}{{- "\n<" ~ key ~ ">" ~ json[key] ~ "</" ~ key ~ ">" }}{%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
{%- if messages[0]["role"] == "system" %}{%- set system = messages[0]["content"] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}
{%- if not tools is defined %}{%- set tools = [] %}{%- endif %}
{%- if system is defined %}{{- "<|im_start|>system\n" + system }}{%- elif tools is iterable and tools | length > 0 %}{{- "<|im_start|>system\nBe of help." }}{%- endif %}
{%- if tools is iterable and tools | length > 0 %}
    {{- "\n\n# Tools\n\n<tools>" }}
    {%- for tool in tools %}
        {%- if tool.function is defined %}{%- set tool = tool.function %}{%- endif %}
        {{- "\n<function>\n<name>" ~ tool.name ~ "</name>" }}
        {%- if tool.description is defined %}{{- "\n<description>" ~ (tool.description | trim) ~ "</description>" }}{%- endif %}
        {{- "\n<parameters>" }}
        {%- if tool.parameters is defined and tool.parameters is mapping and tool.parameters.properties is defined and tool.parameters.properties is mapping %}
            {%- for name, fields in tool.parameters.properties | items %}
                {{- "\n<parameter>\n<name>" ~ name ~ "</name>" }}
                {%- if fields.type is defined %}{{- "\n<type>" ~ (fields.type | string) ~ "</type>" }}{%- endif %}
                {{- extras(fields, ["name", "type"]) }}
                {{- "\n</parameter>" }}
            {%- endfor %}
        {%- endif %}
        {{- extras(tool.parameters, ["type", "properties"]) }}
        {{- "\n</parameters>\n</function>" }}
    {%- endfor %}
    {{- "\n</tools>\n\nCall one as\n<tool_call>\n<function=name>\n<parameter=key>\nvalue\n</parameter>\n</function>\n</tool_call>" }}
{%- endif %}
{%- if system is defined or (tools is iterable and tools | length > 0) %}{{- "<|im_end|>\n" }}{%- endif %}
{%- for message in loop_messages %}
    {%- if message.role == "assistant" and message.tool_calls is defined and message.tool_calls is iterable and message.tool_calls | length > 0 %}
        {{- "<|im_start|>" + message.role }}
        {%- if message.content is defined and message.content is string and message.content | trim | length > 0 %}{{- "\n" + message.content | trim + "\n" }}{%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- "\n<tool_call>\n<function=" + tool_call.name + ">\n" }}
            {%- if tool_call.arguments is defined %}
                {%- for name, value in tool_call.arguments | items %}
                    {{- "<parameter=" + name + ">\n" }}
                    {%- set value = value | tojson | safe if value is mapping or (value is sequence and value is not string) else value | string %}
                    {{- value }}{{- "\n</parameter>\n" }}
                {%- endfor %}
            {%- endif %}
            {{- "</function>\n</tool_call>" }}
        {%- endfor %}
        {{- "<|im_end|>\n" }}
    {%- elif message.role == "tool" %}
        {%- if loop.previtem and loop.previtem.role != "tool" %}{{- "<|im_start|>user\n" }}{%- endif %}
        {{- "<tool_response>\n" }}{{- message.content }}{{- "\n</tool_response>\n" }}
        {%- if not loop.last and loop.nextitem.role != "tool" %}{{- "<|im_end|>\n" }}{%- elif loop.last %}{{- "<|im_end|>\n" }}{%- endif %}
    {%- else %}{{- "<|im_start|>" + message.role + "\n" + message.content + "<|im_end|>\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- "<|im_start|>assistant\n" }}{%- endif %}
"""
TEMPLATES = {"tagged": TAGGED, "bare": BARE, "listed": LISTED, "named": NAMED, "xml": XML}

WEATHER = {"type": "function", "function": {"name": "weather", "description": "What it's like <outside> & now", "parameters": {
    "type": "object", "properties": {"place": {"type": "string", "description": "Zürich, 東京 …"},
        "days": {"type": "integer", "minimum": 1, "default": 1}, "detail": {"enum": ["low", "high", None, True, 1.5]}}, "required": ["place"]}}}
BARE_TOOL = {"type": "function", "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}}


def call(id, name, arguments):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


S, U = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather in Zürich?"}
ASKED = {"role": "assistant", "content": "", "tool_calls": [call("abcdefgh1", "weather", {"place": "Zürich", "days": 2, "x": [1.5, None, "a\"b"]})]}
SAID = {"role": "assistant", "content": "Let me look.", "tool_calls": [call("abcdefgh1", "weather", {"place": "東京"})]}
TOLD = {"role": "tool", "content": "{\"sky\": \"clear\"}", "tool_call_id": "abcdefgh1"}
CONVERSATIONS = [[U], [S, U], [U, ASKED, TOLD], [S, U, SAID, TOLD, {"role": "assistant", "content": "Clear."}, {"role": "user", "content": "And now?"}],
    [U, {"role": "assistant", "content": "", "tool_calls": [call("abcdefgh1", "now", {}), call("abcdefgh2", "weather", {"place": "x"})]},
        TOLD, {**TOLD, "tool_call_id": "abcdefgh2"}], [U, {**ASKED, "tool_calls": [call("short", "now", {})]}]]


def make(golden, fixtures):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(os.path.join(fixtures, "chat-llama"))
    cases = []
    for name, source in TEMPLATES.items():
        for messages in CONVERSATIONS:
            for tools in ([], [WEATHER], [WEATHER, BARE_TOOL]):
                try:
                    text = tokenizer.apply_chat_template(messages, chat_template=source, tools=tools or None, tokenize=False, add_generation_prompt=True)
                except Exception as error:
                    cases.append({"template": name, "messages": messages, "tools": tools, "refused": str(error)})
                else:
                    cases.append({"template": name, "messages": messages, "tools": tools, "text": text})
    with open(os.path.join(golden, "chat_tools.json"), "w") as file:
        json.dump({"templates": TEMPLATES, "cases": cases}, file)
