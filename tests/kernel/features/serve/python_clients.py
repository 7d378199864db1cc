"""What OpenAI's Python client gets of a served model, as one line of JSON: sys.argv[1] is the address up to /v1."""
import asyncio
import json
import sys

import openai
from openai import AsyncOpenAI, OpenAI

base, said = sys.argv[1], {}
MESSAGES = [{"role": "user", "content": "good"}]
CHAT = {"model": "helper", "messages": MESSAGES, "max_tokens": 16, "temperature": 0}
TEXT = {"model": "tales", "prompt": "good bad", "max_tokens": 12, "temperature": 0}
SCHEMA = {
    "type": "object",
    "properties": {"mood": {"type": "string", "enum": ["glad", "sad"]}, "sure": {"type": "boolean"}},
    "required": ["mood", "sure"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "tell_mood", "parameters": SCHEMA}}

client = OpenAI(base_url=base, api_key="none", max_retries=0)
said["models"] = sorted(model.id for model in client.models.list())
said["chat"] = client.chat.completions.create(**CHAT).choices[0].message.content
said["chat streamed"] = "".join(
    event.choices[0].delta.content or "" for event in client.chat.completions.create(**CHAT, stream=True) if event.choices
)
with client.chat.completions.stream(**CHAT) as stream:
    said["chat by events"] = "".join(event.delta for event in stream if event.type == "content.delta")
RESPONSE = {"model": "helper", "input": "good", "max_output_tokens": 16, "temperature": 0}
said["response"] = client.responses.create(**RESPONSE).output_text
with client.responses.stream(**RESPONSE) as stream:
    events = list(stream)
said["response streamed"] = "".join(event.delta for event in events if event.type == "response.output_text.delta")
# `get_final_response` knows no response that ends at its length.
said["response at the end"] = events[-1].response.output_text
said["text"] = client.completions.create(**TEXT).choices[0].text
said["text streamed"] = "".join(
    event.choices[0].text for event in client.completions.create(**TEXT, stream=True) if event.choices
)
written = client.chat.completions.create(
    **{**CHAT, "max_tokens": 512},
    response_format={"type": "json_schema", "json_schema": {"name": "mood", "schema": SCHEMA, "strict": True}},
)
said["object"] = json.loads(written.choices[0].message.content)
called = client.chat.completions.create(**{**CHAT, "max_tokens": 512}, tools=[TOOL], tool_choice="required")
[call] = called.choices[0].message.tool_calls
said["call"] = [call.function.name, json.loads(call.function.arguments)]
# By bytes, which the client asks for, and by numbers.
said["vector"] = client.embeddings.create(model="vectors", input="good fine").data[0].embedding
said["vector as numbers"] = client.embeddings.create(
    model="vectors", input=["good fine"], encoding_format="float"
).data[0].embedding
try:
    client.chat.completions.create(**{**CHAT, "model": "nobody"})
except openai.NotFoundError as error:
    said["unknown"] = error.code


async def together():
    """Eight at once, of which half are streams."""
    async with AsyncOpenAI(base_url=base, api_key="none", max_retries=0) as client:

        async def whole():
            return (await client.chat.completions.create(**CHAT)).choices[0].message.content

        async def streamed():
            events = await client.chat.completions.create(**CHAT, stream=True)
            return "".join([event.choices[0].delta.content or "" async for event in events if event.choices])

        return await asyncio.gather(*(one() for _ in range(4) for one in (whole, streamed)))


said["together"] = asyncio.run(together())
print(json.dumps(said))
