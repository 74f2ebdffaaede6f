#!/bin/bash
# A log of ROWS requests over March 2026 for the replay benchmarks, always the same: 1,000 users,
# eight models, prompts of which some come again.
set -euo pipefail
TZ=UTC awk -v rows="$1" 'BEGIN {
  split("deepseek-v3 deepseek-v3 deepseek-v3 deepseek-v3 phi-4-mini phi-4-mini gpt-4o-mini " \
    "llama-3.3-70b mistral-large gpt-4o deepseek-r1 phi-4-multimodal", model, " ")
  split("chatbot chatbot moderation marketing analytics sentiment strategy codegen", use, " ")
  srand(42)
  print "timestamp,model,user,prompt_hash,input_tokens,output_tokens,status,latency_ms,use_case"
  for (row = 0; row < rows; row++) {
    time = 1772323200 + int(row * 2678400 / rows)
    prompt = int(rand() * (row % 4 ? rows : 2000))
    status = rand() < 0.98 ? 200 : 429
    printf "%s,%s,u%04d,%08x%08x,%d,%d,%d,%d,%s\n", strftime("%Y-%m-%dT%H:%M:%SZ", time, 1),
      model[1 + int(rand() * 12)], int(rand() * 1000), prompt * 2654435761 % 4294967296, prompt,
      20 - 500 * log(1 - rand()), 5 - 150 * log(1 - rand()), status,
      200 - 500 * log(1 - rand()), use[1 + int(rand() * 8)]
  }
}'
