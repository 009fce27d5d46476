/** One server-sent event of a JSON document, as the OpenAI chat API writes it. */
export function dataEvent(document: object): string {
  return `data: ${JSON.stringify(document)}\n\n`;
}

/** One named server-sent event, as the Anthropic and Responses APIs write it. */
export function namedEvent(name: string, document: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(document)}\n\n`;
}
