#!/usr/bin/env python3
"""What DuckDB takes to group a log of make-shapes.py by model and day: duckdb-shapes.py SHAPE FILE THREADS.

It reads only the columns that it needs, and knows their types.
"""

import sys

import duckdb

shape, path, threads = sys.argv[1:4]
QUERIES = {
    "canonical": """
        SELECT model, CAST(timestamp AS DATE) d, count(*), sum(input_tokens), sum(cached_input_tokens),
          sum(output_tokens)
        FROM read_csv(?, header = true, types = {'timestamp': 'TIMESTAMP', 'model': 'VARCHAR',
          'input_tokens': 'BIGINT', 'cached_input_tokens': 'BIGINT', 'output_tokens': 'BIGINT'})
        GROUP BY ALL ORDER BY ALL""",
    "litellm": """
        SELECT model, CAST(startTime AS DATE) d, count(*), sum(prompt_tokens), sum(completion_tokens)
        FROM read_csv(?, header = true, quote = '"', escape = '"', types = {'startTime': 'TIMESTAMP',
          'model': 'VARCHAR', 'prompt_tokens': 'BIGINT', 'completion_tokens': 'BIGINT'})
        GROUP BY ALL ORDER BY ALL""",
    "langfuse": """
        SELECT provided_model_name, CAST(start_time AS DATE) d, count(*), sum(usage_details.input),
          sum(usage_details.input_cached_tokens), sum(usage_details.output)
        FROM read_json(?, format = 'newline_delimited', columns = {provided_model_name: 'VARCHAR',
          start_time: 'TIMESTAMP',
          usage_details: 'STRUCT(input BIGINT, input_cached_tokens BIGINT, output BIGINT)'})
        GROUP BY ALL ORDER BY ALL""",
    "otlp": """
        WITH spans AS (
          SELECT unnest(r.scopeSpans, recursive := false) s
          FROM (SELECT unnest(resourceSpans) r
            FROM read_json(?, format = 'newline_delimited', columns = {resourceSpans:
              'STRUCT(scopeSpans STRUCT(spans STRUCT(startTimeUnixNano VARCHAR, attributes STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR, intValue VARCHAR))[])[])[])[]'}))),
        span AS (SELECT unnest(s.spans) p FROM spans),
        part AS (
          SELECT p.startTimeUnixNano::BIGINT // 86400000000000 d,
            list_filter(p.attributes, lambda a: a."key" = 'gen_ai.response.model')[1]."value".stringValue m,
            list_filter(p.attributes, lambda a: a."key" = 'gen_ai.usage.input_tokens')[1]."value".intValue i,
            list_filter(p.attributes, lambda a: a."key" = 'gen_ai.usage.cache_read.input_tokens')[1]."value".intValue c,
            list_filter(p.attributes, lambda a: a."key" = 'gen_ai.usage.output_tokens')[1]."value".intValue o
          FROM span)
        SELECT m, d, count(*), sum(i::BIGINT), sum(c::BIGINT), sum(o::BIGINT) FROM part GROUP BY ALL ORDER BY ALL""",
}
connection = duckdb.connect()
connection.execute(f"SET threads = {int(threads)}")
rows = connection.execute(QUERIES[shape], [path]).fetchall()
print(len(rows), [sum(row[column] for row in rows) for column in range(2, len(rows[0]))])
