import { expect, test } from '@jest/globals';
import { knownStyle } from '../../src/resume/continuation-style.ts';

test.each([
  ['https://openrouter.ai/api/v1', 'mistralai/mistral-large', 'prefill'],
  ['https://openrouter.ai/api/v1', 'anthropic/claude-sonnet-4.5', 'prefill'],
  ['https://openrouter.ai/api/v1', 'anthropic/claude-opus-4.6', 'instruction'],
  ['https://api.groq.com/openai/v1', 'llama-4', 'prefill'],
  ['https://api.mistral.ai/v1', 'mistral-large', 'prefix'],
  ['https://api.deepseek.com/beta', 'deepseek-chat', 'prefix'],
  ['https://api.deepseek.com', 'deepseek-chat', 'instruction'],
  ['https://api.moonshot.ai/v1', 'kimi-k2', 'partial'],
  ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'qwen-max', 'partial'],
  ['https://api.openai.com/v1', 'gpt-4o', 'instruction'],
  ['http://127.0.0.1:8000/v1', 'llama', 'instruction'],
  ['https://openrouter.ai.example.com/v1', 'gpt-4o', 'instruction'],
])('%s with %s is asked by %s', (baseUrl, model, style) => {
  expect(knownStyle('openai', baseUrl, model)).toBe(style);
});

test.each([
  ['claude-instant-1.2', 'prefill'],
  ['claude-2.1', 'prefill'],
  ['claude-3-opus-20240229', 'prefill'],
  ['claude-3-5-sonnet-latest', 'prefill'],
  ['claude-opus-4-20250514', 'prefill'],
  ['claude-opus-4-1-20250805', 'prefill'],
  ['claude-sonnet-4-5-20250929', 'prefill'],
  ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'prefill'],
  ['claude-opus-4-6', 'instruction'],
  ['claude-sonnet-4-6@20260217', 'instruction'],
  ['claude-opus-4-10', 'instruction'],
  ['claude-sonnet-5', 'instruction'],
  ['claude-next-preview', 'instruction'],
  ['glm-5', 'prefill'],
])('over the Messages API %s is asked by %s', (model, style) => {
  expect(knownStyle('anthropic', 'https://relay.example.com', model)).toBe(style);
});
