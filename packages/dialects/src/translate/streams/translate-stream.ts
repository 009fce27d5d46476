import type { DialectName, StreamReader, StreamStep } from '../../dialect.ts';
import { saysSomething } from '../../json.ts';
import { openStream as openMessages } from '../../streams/anthropic-messages.ts';
import { openStream as openChat } from '../../streams/openai-chat.ts';
import { finishOf } from '../answers/finish-of.ts';
import type { Conversation, Finish, PartEvent } from '../conversation.ts';
import type { EventReader, Tell } from './event-reader.ts';
import type { Ending, EventWriter, OpenWriter, WrittenEnd } from './event-writer.ts';
import { readChatEvents } from './read-chat-events.ts';
import { readMessagesEvents } from './read-messages-events.ts';
import { writeChatEvents } from './write-chat-events.ts';
import { writeCompletionsEvents } from './write-completions-events.ts';
import { writeMessagesEvents } from './write-messages-events.ts';
import { writeResponsesEvents } from './write-responses-events.ts';

interface Source {
  readonly open: typeof openChat;
  readonly read: (tell: Tell) => EventReader;
}

const SOURCES: { readonly [name in DialectName]?: Source } = {
  'openai-chat': { open: openChat, read: readChatEvents },
  'anthropic-messages': { open: openMessages, read: readMessagesEvents },
};

const WRITERS: { readonly [name in DialectName]?: OpenWriter } = {
  'openai-chat': writeChatEvents,
  'openai-completions': writeCompletionsEvents,
  'openai-responses': writeResponsesEvents,
  'anthropic-messages': writeMessagesEvents,
};

/**
 * Reads an endpoint's stream in the dialect `to` and tells it to a client that speaks `from`, event by event. What the stream
 * is worth (`content`, `error`, `fault`, the facts) is what the endpoint's dialect says; content counts when the client sees
 * it. The finish, the usage and the terminator are written when the answer is whole, never after a fault.
 */
export function translateStream(from: DialectName, to: DialectName, request: Conversation): StreamReader {
  const source = SOURCES[to];
  const openWriter = WRITERS[from];
  if (source === undefined || openWriter === undefined)
    throw new Error(`No stream of ${to} can be told in ${from}`);
  return retell(source, openWriter(request));
}

function retell(source: Source, writer: EventWriter): StreamReader {
  let out = '';
  let seen = false; // `out` has something for the user
  let owed = false; // content was read of which the client has seen nothing yet
  let usage: Ending['usage'] = null;
  let finish: Finish = 'stop';
  let stopSequence: string | null = null;
  const kinds = new Set<string>();
  let over = false;
  let closing = '';

  const events = source.read((event) => {
    if (event.kind === 'usage') usage = event.usage;
    else if (event.kind === 'finish') ({ finish, stopSequence } = event);
    else if (event.kind === 'start') out += writer.start(event);
    else {
      kinds.add(event.kind);
      const written = writer.write(event);
      out += written;
      if (owed && written !== '' && isContent(event)) seen = true;
    }
  });
  const reader = source.open({
    get said() {
      return events.said;
    },
    again(text) {
      owed = true;
      events.again(text);
    },
    event(event, name, isContent) {
      owed ||= isContent;
      events.read(event, name);
    },
    comment(lines) {
      out += lines;
    },
  });

  function told(step: StreamStep, complete: boolean): StreamStep {
    let terminator: Buffer | null = null;
    over ||= complete || step.error !== null || step.fault !== null;
    if (complete) {
      events.close();
      const end: WrittenEnd = writer.end({ finish: finishOf(kinds, finish), stopSequence, usage });
      closing = end.closing;
      if (step.terminator === null) closing += end.terminator;
      else terminator = Buffer.from(end.terminator);
    }
    const bytes = out === '' ? null : Buffer.from(out);
    const content = seen;
    if (seen) owed = false;
    out = '';
    seen = false;
    return { bytes, content, terminator, error: step.error, fault: step.fault };
  }

  return {
    push(chunk: Uint8Array) {
      if (over) return reader.push(chunk);
      const step = reader.push(chunk);
      return told(step, step.terminator !== null);
    },
    end() {
      if (over) return reader.end();
      const step = reader.end();
      return told(step, step.error === null && step.fault === null);
    },
    closing: () => Buffer.from(closing),
    // What the stream is known to have told is the endpoint's reader's to say.
    get contentSeen() {
      return reader.contentSeen;
    },
    get finishSeen() {
      return reader.finishSeen;
    },
    get finish() {
      return reader.finish;
    },
    get terminatorSeen() {
      return reader.terminatorSeen;
    },
    get usage() {
      return reader.usage;
    },
    get model() {
      return reader.model;
    },
  };
}

function isContent(event: PartEvent): boolean {
  return event.kind !== 'part_end' && (event.kind !== 'text' || saysSomething(event.text));
}
