import fc from 'fast-check';

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Something to read: blank texts and white space at the ends mean nothing to Messages. */
export const text = fc.string({ maxLength: 12, unit: 'grapheme' }).map((said) => `"${said}"`);
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const input = fc.dictionary(word, fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 3 });
const schema = fc
  .dictionary(word, fc.constantFrom({ type: 'string' }, { type: 'number' }), { maxKeys: 3 })
  .map((properties) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }));

/** A tool call of chat; `id` is one that both vendors take. */
const call = fc
  .record({ id: fc.stringMatching(/^[\w-]{1,32}$/), name: word, input })
  .map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
export const calls = fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id });

const shown = fc.oneof(
  text.map((said) => ({ type: 'text', text: said })),
  fc.base64String({ minLength: 4, maxLength: 12 }).map((data) => imageAt(`data:image/png;base64,${data}`)),
  fc.webUrl({ validSchemes: ['https'] }).map(imageAt),
);
function imageAt(url: string): object {
  return { type: 'image_url', image_url: { url } };
}

/** A question, then calls and their results, or words alone. */
const round = fc
  .record({
    asked: fc.oneof(text, fc.array(shown, { minLength: 2, maxLength: 3 })),
    said: text,
    calls,
    results: fc.array(text, { minLength: 3, maxLength: 3 }),
    quiet: fc.boolean(),
  })
  .map(({ asked, said, calls, results, quiet }) => [
    { role: 'user', content: asked },
    {
      role: 'assistant',
      content: quiet && calls.length > 0 ? null : said,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
    ...calls.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: results[index] })),
  ]);

const tools = fc
  .uniqueArray(fc.record({ name: word, description: text, parameters: schema }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ name }) => name,
  })
  .chain((functions) =>
    fc.record(
      {
        tools: fc.constant(functions.map((definition) => ({ type: 'function', function: definition }))),
        tool_choice: fc.constantFrom('auto', 'required', {
          type: 'function',
          function: { name: functions[0]?.name },
        }),
        parallel_tool_calls: fc.constant(false),
      },
      { requiredKeys: ['tools', 'tool_choice'] },
    ),
  );

/** Requests of chat that ask for nothing but what Messages has as well, in the form in which we would write them. */
export const plainChatRequests = fc
  .record({
    system: some(text),
    rounds: fc.array(round, { maxLength: 3 }).filter(haveOwnIds),
    last: text,
    tools: fc.oneof(fc.constant({}), tools),
    format: some(schema),
    fields: fc.record(
      {
        stop: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
        temperature: fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100),
        user: word,
      },
      { requiredKeys: [] },
    ),
    max_tokens: fc.integer({ min: 1, max: 100_000 }),
    stream: fc.boolean(),
  })
  .map(({ system, rounds, last, tools, format, fields, max_tokens, stream }) => ({
    model: 'upstream-model',
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...rounds.flat(),
      { role: 'user', content: last },
    ],
    ...tools,
    ...(format === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'answer', schema: format, strict: true },
          },
        }),
    max_tokens,
    ...fields,
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }))
  // Messages wants to know the tools that were called.
  .filter((request) => 'tools' in request || !request.messages.some((message) => 'tool_calls' in message));

function haveOwnIds(rounds: readonly (readonly object[])[]): boolean {
  const ids = rounds.flat().flatMap((message) => ('tool_call_id' in message ? [message.tool_call_id] : []));
  return new Set(ids).size === ids.length;
}
