import { aiSdkAnthropic, aiSdkCompatible, aiSdkOpenAi } from './clients/ai-sdk.ts';
import { anthropicSdk } from './clients/anthropic-sdk.ts';
import { claudeCode } from './clients/claude-code.ts';
import { codex } from './clients/codex.ts';
import { curl } from './clients/curl.ts';
import { langchainAnthropic, langchainOpenAi } from './clients/langchain.ts';
import { llamaIndexAnthropic, llamaIndexOpenAi } from './clients/llamaindex.ts';
import { openAiSdk } from './clients/openai-sdk.ts';
import type { Client } from './matrix.ts';

/** Each is told the gateway's address and a key, nothing else. */
export const clients: readonly Client[] = [
  openAiSdk,
  anthropicSdk,
  aiSdkOpenAi,
  aiSdkCompatible,
  aiSdkAnthropic,
  langchainOpenAi,
  langchainAnthropic,
  llamaIndexOpenAi,
  llamaIndexAnthropic,
  claudeCode,
  codex,
  curl,
];
