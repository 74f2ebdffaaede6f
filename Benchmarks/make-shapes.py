#!/usr/bin/env python3
"""Logs as tools export them: make-shapes.py SHAPE ROWS, always the same, to standard output.

Shapes: canonical (CSV, all columns that requests have), litellm (a spend export as CSV, its metadata
JSON in quotes), langfuse (observations as JSON lines), otlp (spans as JSON lines, ten to a line, as a
collector's file exporter writes them).
"""

import datetime
import json
import random
import sys

START = datetime.datetime(2026, 3, 1)
MODELS = ["gpt-4o", "gpt-4o-mini", "gpt-4o-mini"]
# Per million tokens.
PRICES = {"gpt-4o": (2.5, 10), "gpt-4o-mini": (0.15, 0.6)}


class Request:
    def __init__(self, number, at, draw):
        self.number, self.at = number, at
        self.model = MODELS[int(draw() * 3)]
        self.input, self.output = 50 + int(draw() * 3000), 10 + int(draw() * 800)
        self.cached = self.input // 3
        self.user, self.session = int(draw() * 5000), int(draw() * 90000)
        self.latency = 300 + int(draw() * 5000)
        self.key = int(draw() * 2**53)
        per_input, per_output = PRICES[self.model]
        self.cost = (self.input * per_input + self.output * per_output) / 1e6

    @property
    def end(self):
        return self.at + datetime.timedelta(milliseconds=self.latency)


def requests(rows):
    draw = random.Random(7).random
    for number in range(rows):
        at = START + datetime.timedelta(microseconds=int(number * 31 * 86_400e6 / rows))
        yield Request(number, at, draw)


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.%f")


def canonical(rows, write):
    write(
        "timestamp,status,request_id,model,provider,user,account_plan,session_id,use_case,task,"
        "input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,"
        "audio_seconds,latency_ms,tier,batch,region,cost_usd\n")
    for r in requests(rows):
        write(
            f"{r.at.isoformat(timespec='milliseconds')}Z,ok,req-{r.key:014x},{r.model},openai,u{r.user},pro,"
            f"s{r.session},chat,answer,{r.input},{r.cached},0,{r.output},{r.output // 4},0,{r.latency},"
            f"standard,false,us,{r.cost:.9f}\n")


def litellm(rows, write):
    write(
        "request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,"
        "endTime,completionStartTime,model,model_id,model_group,custom_llm_provider,user,metadata,"
        "cache_hit,cache_key,request_tags,team_id,end_user,session_id,status\n")
    for r in requests(rows):
        metadata = json.dumps({
            "user_api_key": f"k{r.user % 64}", "status": "success",
            "usage_object": {"prompt_tokens": r.input}}).replace('"', '""')
        write(
            f"chatcmpl-{r.key:016x}{r.number:08x},acompletion,{r.key:016x},{r.cost:.9f},"
            f"{r.input + r.output},{r.input},{r.output},{text(r.at)},{text(r.end)},{text(r.at)},{r.model},"
            f"{r.user % 32:08x},{r.model},openai,u{r.user},\"{metadata}\",False,{r.key:016x},[],"
            f"team-{r.user % 20},eu{r.user},sess-{r.session:08x},success\n")


def langfuse(rows, write):
    for r in requests(rows):
        write(json.dumps({
            "id": f"{r.key:016x}", "trace_id": f"{r.key * 7919:032x}", "type": "GENERATION",
            "name": "chat", "start_time": text(r.at), "end_time": text(r.end),
            "provided_model_name": r.model,
            "usage_details": {
                "input": r.input - r.cached, "input_cached_tokens": r.cached, "output": r.output,
                "total": r.input + r.output},
            "cost_details": {"total": r.cost}, "total_cost": r.cost, "latency": r.latency / 1000,
            "user_id": f"u{r.user}", "session_id": f"s{r.session}", "level": "DEFAULT"}) + "\n")


def otlp(rows, write):
    def nanoseconds(time):
        return str(int((time - datetime.datetime(1970, 1, 1)).total_seconds() * 1e6) * 1000)

    def attribute(key, value):
        kind = "intValue" if isinstance(value, int) else "stringValue"
        return {"key": key, "value": {kind: str(value)}}

    def span(r):
        return {
            "traceId": f"{r.key * 7919:032x}", "spanId": f"{r.key:016x}", "name": "chat " + r.model,
            "startTimeUnixNano": nanoseconds(r.at), "endTimeUnixNano": nanoseconds(r.end),
            "attributes": [
                attribute("gen_ai.operation.name", "chat"),
                attribute("gen_ai.provider.name", "openai"),
                attribute("gen_ai.request.model", r.model),
                attribute("gen_ai.response.model", r.model),
                attribute("gen_ai.conversation.id", f"s{r.session}"),
                attribute("user.id", f"u{r.user}"),
                attribute("gen_ai.usage.input_tokens", r.input),
                attribute("gen_ai.usage.cache_read.input_tokens", r.cached),
                attribute("gen_ai.usage.output_tokens", r.output)],
            "status": {}}

    spans = []
    for r in requests(rows):
        spans.append(span(r))
        if len(spans) == 10 or r.number + 1 == rows:
            write(json.dumps({"resourceSpans": [{
                "resource": {"attributes": [attribute("service.name", "shop")]},
                "scopeSpans": [{"scope": {"name": "agent"}, "spans": spans}]}]}) + "\n")
            spans = []


if __name__ == "__main__":
    {"canonical": canonical, "litellm": litellm, "langfuse": langfuse, "otlp": otlp}[sys.argv[1]](
        int(sys.argv[2]), sys.stdout.write)
