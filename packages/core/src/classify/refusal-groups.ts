import type { RefusalSignal } from './refusal-signal.ts';

/** One meaning, with the codes and, where none is sent, the words by which providers express it. */
export interface RefusalGroup {
  readonly coded: (code: string) => boolean;
  readonly worded: (signal: RefusalSignal) => boolean;
}

/** Codes are compared whole and lower-case. Four-digit ones are Zhipu's (Z.ai), MiniMax's and Cloudflare's, documented by them. */
function group(
  codes: string,
  worded: RegExp | ((signal: RefusalSignal) => boolean),
  codePattern?: RegExp,
): RefusalGroup {
  const known = new Set(codes.split(/\s+/));
  return {
    coded: (code) => known.has(code) || (codePattern?.test(code) ?? false),
    worded: worded instanceof RegExp ? (signal) => worded.test(signal.text) : worded,
  };
}

const nothing = () => false;

/** The same meaning, but only where a code says it. */
export function byCodeOnly({ coded }: RefusalGroup): RefusalGroup {
  return { coded, worded: nothing };
}

export const CONTENT_FILTER = group(
  `content_filter content_filtered content_filter_error content_policy_violation moderation_blocked responsibleaipolicyviolation
   sensitive_words_detected data_inspection_failed datainspectionfailed prohibited_content content_moderation safety_error 1301`,
  /content management policy|content[- ]filter(?:ing)? policy|content policy|usage polic(?:y|ies)|input was flagged|prompt was flagged|flagged as potentially|safety system|blocked by (?:content|safety)/,
  /sensitivecontent|contentfilter/,
);

export const CONTEXT_TOO_LONG = group(
  `context_length_exceeded context_window_exceeded exceed_context_size_error model_max_prompt_tokens_exceeded prompt_too_long
   input_too_long max_context_length_exceeded 1261`,
  /context (?:length|window|size|limit)|prompt is too long|input (?:is )?too long|input token count.{0,80}exceed|prompt token count.{0,80}exceed|maximum prompt length|exceeds max length|exceeded model token limit|reduce the length of|maximum number of (?:input )?tokens allowed|number of (?:input )?tokens .{0,40}cannot exceed|`?inputs`? tokens \+ `?max_new_tokens`? must be|too many input tokens|超长|上下文长度/,
);

export const MODEL_FAILED = group(
  'tool_use_failed json_validate_failed output_parse_failed model_output_error invalid_model_output',
  /degraded function cannot be invoked|tool call validation failed|failed to (?:call a function|generate json|parse tool call)/,
);

export const MODEL_GONE = group(
  `model_not_found modelnotfound model_not_available model_not_supported model_decommissioned model_deprecated unknown_model invalid_model
   unavailable_model deploymentnotfound deployment_not_found invalid_model_id no_available_model no_available_channel modelnotopen 1211`,
  /\bmodel:? (?:['"`]?[^\s'"`]{1,200}['"`]? )?(?:does not exist|doesn't exist|not exist|(?:was |is )?not found|is not (?:supported by any provider|a valid model)|(?:has been|is|was) (?:decommissioned|deprecated|retired|removed)|is no longer (?:available|supported))|not a valid model|unknown model|invalid model(?: name|:| id)|no such model|no models loaded|no (?:available channel|endpoints found)|deployment for this resource does not exist|无可用渠道|模型不存在/,
);

export const DEAD_KEY = group(
  `invalid_api_key invalidapikey api_key_invalid incorrect_api_key wrong_api_key expired_api_key api_key_expired missing_api_key
   authentication_error authenticationerror authentication_failed invalid_authentication invalid_authentication_error invalid_x_api_key
   account_deactivated organization_restricted organization_disabled token_expired token_revoked access_token_expired invalid_token unauthenticated api_key_disabled
   1003 1004 2049`,
  /api[- ]key not valid|(?:invalid|missing) subscription key|(?:invalid|incorrect|expired|revoked|disabled|missing) (?:x-)?api[- ](?:key|token)|(?:x-)?api[- ]key (?:is )?(?:invalid|expired|incorrect|revoked|disabled|was reported as leaked|has (?:expired|been))|bad credentials|(?:organization|account) (?:has been |is |was )?(?:disabled|restricted|deactivated|suspended|banned|terminated)|无效的令牌|令牌(?:已过期|状态不可用)/,
);

export const NO_MONEY = group(
  `insufficient_quota credit_balance_exhausted billing_hard_limit_reached billing_not_active insufficient_balance insufficientbalance
   insufficient_credits insufficient_funds insufficient_user_quota exceeded_current_quota_error billing_error payment_required
   arrearage account_overdue accountoverdueerror 1113`,
  (signal) =>
    MONEY_WORDS.test(signal.text) ||
    (!signal.codes.includes('resource_exhausted') && /exceeded your current quota/.test(signal.text)),
);

const MONEY_WORDS =
  /insufficient (?:account )?(?:balance|credits?|quota|funds)|credit balance is too low|(?:out of|no|not enough) credits\b|no more credits|depleted your|have (?:any|enough) credits|(?:balance|credits?|quota) (?:is |are )?insufficient|spending limit|used all available credits|requires more credits|account (?:is )?(?:in arrears|overdue|suspended due to insufficient)|billing (?:hard )?limit|余额不足|额度不足|欠费/;

export const NOT_IN_PLAN = group(
  'no_access model_not_in_plan not_in_plan plan_required subscription_required tier_required upgrade_required',
  /subscription|(?:your|current|free|paid|higher|pro) (?:plan|tier)\b|upgrade (?:your|to|for)|no access to (?:the )?model|only available (?:to|for|on) (?:paid|pro|premium)/,
);

export const NOT_HERE = group(
  'unsupported_country_region_territory unsupported_region',
  /location is not supported|country, region|not available in your (?:region|country)/,
);

export const RATE = group(
  `rate_limit_exceeded rate_limit_error rate_limit_reached ratelimitreached ratelimitexceeded too_many_requests toomanyrequests
   resource_exhausted throttling throttlingexception requestlimitexceeded 1303`,
  /\brate[- ]limit|too many requests/,
  /^throttling\./,
);

export const OVERLOADED = group(
  `overloaded_error overloaded engine_overloaded engine_overloaded_error server_overloaded serveroverloaded model_overloaded slow_down service_unavailable
   unavailable capacity_exceeded nocapacity no_capacity 1305 1312`,
  /(?:engine|model|server|service) is (?:currently |temporarily )?(?:overloaded|at capacity)|overloaded, please|experiencing high (?:demand|traffic)/,
);

export const CONCURRENCY = group(
  'queue_exceeded too_many_concurrent_requests concurrency_limit_exceeded concurrent_limit_exceeded 1302',
  /concurren(?:t|cy)/,
  /concurrent/,
);

const LONG_WINDOW =
  /per[- ](?:1 )?day|\((?:rpd|tpd)\)|\bdaily\b|byday\b|perday|per 86400 ?s|monthly|weekly|per[- ](?:\d+ )?(?:month|week)|\/ ?(?:day|month)\b|requests? a day|每日|每天/;
const SHORT_WINDOW =
  /per[- ](?:\d+ )?(?:min(?:ute)?|second|hour)|\((?:rpm|tpm|rps)\)|byminute|perminute|per 60 ?s|\/ ?min\b/;

/** The unit named first is the one that was exceeded; offers and advice follow it ("free-models-per-min. Unlock 1000 requests per day"). */
export const DAY_QUOTA = group(
  '1304 4006 daily_limit_exceeded daily_quota_exceeded quota_exceeded_daily usage_limit_reached usage_limit_exceeded',
  ({ text }) => {
    const long = text.search(LONG_WINDOW);
    const short = text.search(SHORT_WINDOW);
    return long !== -1 && (short === -1 || long < short);
  },
  /byday|perday|per-day|per_day/,
);

const ASKED_FOR = /limit:? (\d[\d,]{0,15})\b.{0,80}\brequested:? (\d[\d,]{0,15})/;

/** Named figures, not bare digits: what was requested is more than the limit itself, so no waiting helps. */
export const TOO_LARGE = group(
  'tokens_limit_reached request_too_large payload_too_large request_entity_too_large body_too_large function_payload_too_large',
  ({ text }) => {
    const figures = ASKED_FOR.exec(text);
    return (
      (figures !== null && figure(figures[2]!) > figure(figures[1]!)) ||
      /request (?:body |entity |payload )?(?:is )?too large|payload too large|request exceeds the maximum size/.test(
        text,
      )
    );
  },
);

function figure(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

/** OpenRouter's 404 for a model that it has, but not with tools, images or the like. */
export const UNFIT = group('', /no endpoints found that (?:can )?support/);

/** 404s for what earlier requests have stored with the provider, or with another account there. */
export const NOT_STORED = group(
  'thread_not_found previous_response_not_found conversation_not_found container_not_found file_not_found file_expired',
  /\b(?:item|response|conversation|container|file|thread|prompt|vector store) with id \S+ not found|file not found: file_|no such file object/,
);

/** Codes that blame a parameter: with one of these no wording can make the refusal anything else. */
export const BAD_PARAMETER = group(
  `unsupported_parameter unknown_parameter missing_required_parameter invalid_parameter invalid_parameter_error unsupported_value invalid_value
   invalid_type empty_array empty_string array_above_max_length array_below_min_length string_above_max_length string_below_min_length
   integer_above_max_value integer_below_min_value decimal_above_max_value decimal_below_min_value invalid_json_schema
   invalid_function_parameters invalid_image invalid_image_url invalid_base64 invalid_prompt 1210 1214`,
  nothing,
);
