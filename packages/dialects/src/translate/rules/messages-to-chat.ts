import type { FieldRules } from '../ledger.ts';
import { drop, emulate, refuse, tell } from './rule.ts';

export const MESSAGES_TO_CHAT = {
  model: tell("the endpoint's name of it"),
  system: tell('one system message'),
  messages: tell(
    'results of tools become messages of their own before the rest of their turn; a last turn of the assistant is followed by the wish to go on',
  ),
  'messages[].content[].cache_control': drop('caching is not marked'),
  'messages[].content[].citations': drop('nothing is cited'),
  'messages[].content[].context': drop('documents have no context'),
  'messages[].content[].transformations': drop('images are taken as they are'),
  'messages[].content[].toolset_name': drop('there are no toolsets'),
  'messages[].content[].thinking': drop(
    'only their own vendor takes thoughts back; DeepSeek, Kimi, GLM and MiniMax get what can be read of them as `reasoning_content`',
  ),
  'messages[].content[].is_error': emulate('the result begins with `Error: `'),
  'messages[].content[].source': tell(
    "images; PDF as `file`; text as text; a document's web address and files that lie with the vendor are refused",
  ),
  cache_control: drop('caching is not marked'),
  max_tokens: tell('`max_completion_tokens` for OpenAI models that reason; at most the cap of the model'),
  stream: tell(),
  stop_sequences: tell('at most 4; refused for OpenAI models that reason'),
  temperature: tell('dropped for OpenAI models that reason'),
  top_p: tell('dropped for OpenAI models that reason'),
  top_k: drop('OpenAI refuses it'),
  tools: tell(
    'tools with a type of their own are refused: they run at the vendor, or only its models know them',
  ),
  'tools[].cache_control': drop('caching is not marked'),
  'tools[].allowed_callers': refuse('only a model may call tools', []),
  'tools[].defer_loading': drop('all tools are shown', [false]),
  'tools[].eager_input_streaming': drop('only changes the pace'),
  'tools[].input_examples': drop('tools have no examples'),
  tool_choice: tell(),
  'output_config.effort': tell('`reasoning_effort`'),
  'output_config.format': tell('`response_format`, strict where OpenAI takes the schema as strict'),
  output_config: tell(),
  output_format: tell('as `output_config.format`'),
  thinking: tell(
    '`reasoning_effort`: a budget to 4096 is low, to 16384 medium, else high; adaptive without an effort is left to the model; dropped when disabled, and for OpenAI models that do not reason',
  ),
  metadata: tell('`user_id` as `user`, its digest if it is longer than 64 characters; dropped for Mistral'),
  service_tier: drop('its tiers are others', ['auto']),
  speed: drop('its tiers are others', ['standard']),
  inference_geo: refuse('where it runs cannot be told'),
  container: refuse('it has no containers'),
  context_management: drop('the conversation is sent as it is'),
  diagnostics: drop('it tells nothing of its cache'),
  thread: refuse('what was said before is stored with its vendor', [{ type: 'create' }]),
  mcp_servers: refuse('it calls no servers', [[]]),
} as const satisfies FieldRules;
