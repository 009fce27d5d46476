import { expect, test } from '@jest/globals';
import type { FaultName } from '../src/behaviour.ts';
import { faults } from '../src/faults/faults.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { anthropicHeaders, chat, message, openClient } from './support/requests.ts';

/** Fault -> status and a mark of its body, as an OpenAI client sees it. */
const expected: Record<FaultName, [number, RegExp]> = {
  error_in_200: [200, /^\{"error":\{"message":"Internal Server Error","code":502\}/],
  error_429_in_200: [200, /"raw":"\{\\"error\\"/],
  empty: [200, /^$/],
  empty_choices: [200, /"choices":\[\]/],
  null_choices: [200, /"choices":null/],
  no_message: [200, /"choices":\[\{"index":0,"finish_reason":"stop"\}\]/],
  empty_content: [200, /"content":"".*"finish_reason":"stop"/],
  network_error_finish: [200, /"native_finish_reason":"network_error"/],
  error_finish: [200, /"content":"The beginning of an".*"finish_reason":"error"\}\]\}$/],
  reasoning_only: [200, /"content":"".*"reasoning_content":"First/],
  garbage: [200, /�/],
  html: [200, /^<html>[\s\S]*Just a moment/],
  truncated_json: [200, /"content":"Hel$/],
  length_empty: [200, /"content":"".*"finish_reason":"length"/],
  content_filter: [200, /"choices":\[\{"index":0,"logprobs":null,"finish_reason":"content_filter"\}\]/],
  refusal: [200, /"content":null,"refusal":"I'm sorry/],
  retry_after_on_200: [200, /Hello from primary/],
  bad_request: [400, /"code":"unsupported_parameter"/],
  context_length: [400, /"code":"context_length_exceeded"/],
  too_large: [413, /Max size: 8000 tokens/],
  schema_422: [422, /^\{"detail":\[/],
  tool_use_failed: [400, /"code":"tool_use_failed"/],
  degraded_function: [400, /DEGRADED function cannot be invoked/],
  model_not_found: [404, /The model `gpt-4o-mini` does not exist.*"code":"model_not_found"/],
  model_not_found_400: [400, /"code":"model_not_found"/],
  ollama_model_404: [404, /^\{"error":"model 'gpt-4o-mini' not found"\}$/],
  plan_403: [403, /requires a subscription/],
  bare_401: [401, /^\{"error":"Unauthorized"\}$/],
  invalid_key: [401, /"code":"invalid_api_key"/],
  google_invalid_key: [400, /API_KEY_INVALID/],
  anthropic_401: [401, /"type":"authentication_error"/],
  openrouter_402: [402, /can only afford 10114/],
  hf_402: [402, /^\{"error":"You have depleted/],
  insufficient_quota: [429, /"code":"insufficient_quota"/],
  openai_429: [429, /"code":"rate_limit_exceeded"/],
  openai_429_prose: [429, /Please try again in 3.89s/],
  request_too_large_429: [429, /Limit 30000, Requested 61337/],
  anthropic_429: [429, /"type":"rate_limit_error"/],
  google_429: [429, /"retryDelay":"34.4s"/],
  openrouter_429: [429, /temporarily rate-limited upstream/],
  openrouter_day_quota: [429, /free-models-per-day/],
  github_minute_quota: [429, /UserByModelByMinute/],
  github_day_quota: [429, /UserByModelByDay. Please wait 5631 seconds/],
  github_concurrent: [429, /UserConcurrentRequests/],
  cerebras_queue: [429, /"code":"queue_exceeded"/],
  nvidia_429: [429, /^\{"status":429,"title":"Too Many Requests"\}$/],
  openai_500: [500, /"type":"server_error"/],
  server_503: [503, /overloaded/],
  anthropic_529: [529, /"type":"overloaded_error"/],
  nginx_502: [502, /^<html>\r\n<head><title>502 Bad Gateway/],
  nginx_504: [504, /504 Gateway Time-out/],
  cloudflare_502: [502, /cloudflare.com/],
  cloudflare_524: [524, /^error code: 524$/],
  edge_502_json: [502, /"type":"cf_bad_gateway"/],
  plain_502: [502, /^error code: 502$/],
  redirect_302: [302, /^$/],
};

test.each(Object.keys(faults) as FaultName[])(
  'the fault %s is what its provider sends, to each dialect and to streams',
  async (fault) => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('primary', { fault });
    const [status, body] = expected[fault];
    const answer = await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat());
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(body);

    const streamed = await client.send(
      `${simulator.baseUrl('primary')}/chat/completions`,
      chat('hi', { stream: true }),
    );
    const asked = await client.send(`${simulator.baseUrl('primary')}/messages`, message(), {
      headers: anthropicHeaders,
    });
    expect([streamed.status, asked.status]).toEqual([status, status]);
  },
);

test('the faults that matter to a delay state it as the provider does', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  const headersOf = async (fault: FaultName) => {
    simulator.behave('primary', { fault });
    return (await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat())).headers;
  };
  expect(await headersOf('github_day_quota')).toMatchObject({
    'retry-after': '5631',
    'x-ratelimit-type': 'UserByModelByDay',
    'x-ratelimit-timeremaining': '5631',
  });
  expect(await headersOf('github_concurrent')).toMatchObject({ 'retry-after': '0' });
  expect(await headersOf('openai_429_prose')).not.toHaveProperty('retry-after');
  expect(await headersOf('anthropic_429')).toMatchObject({ 'anthropic-ratelimit-requests-remaining': '0' });
  expect(await headersOf('retry_after_on_200')).toMatchObject({ 'retry-after': '30' });
  expect(await headersOf('redirect_302')).toHaveProperty('location');
});
