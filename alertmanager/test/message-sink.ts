import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

export interface Message {
  /** The path for HTTP, `smtp` for mail. */
  readonly to: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Takes what Alertmanager sends, over HTTP and SMTP, on loopback. */
export interface MessageSink extends AsyncDisposable {
  readonly url: string;
  readonly smtpHost: string;
  readonly messages: readonly Message[];
  /** Resolves with the first message, also one that is already there, to which `matches` applies; rejects after 20 s. */
  waitFor(matches: (message: Message) => boolean): Promise<Message>;
}

const DEADLINE_MS = 20_000;

export async function startMessageSink(): Promise<MessageSink> {
  const messages: Message[] = [];
  const listeners = new Set<() => void>();
  const take = (message: Message) => {
    messages.push(message);
    for (const listener of listeners) listener();
  };

  const http = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      take({ to: request.url!, headers: request.headers, body });
      // Telegram's answer; the others only look at the status.
      response
        .setHeader('content-type', 'application/json')
        .end('{"ok":true,"result":{"message_id":1,"chat":{"id":-1}}}');
    });
  });
  const smtp = createTcpServer((socket) =>
    receiveMail(socket, (body) => take({ to: 'smtp', headers: {}, body })),
  );
  for (const server of [http, smtp])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portOf = (server: typeof http | typeof smtp) => (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${portOf(http)}`,
    smtpHost: `127.0.0.1:${portOf(smtp)}`,
    messages,
    waitFor: (matches) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = messages.find(matches);
          if (found) settle(() => resolve(found));
        };
        const timer = setTimeout(() => settle(() => reject(new Error('no such message came'))), DEADLINE_MS);
        const settle = (act: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          act();
        };
        listeners.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await Promise.all([http, smtp].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** As much of RFC 5321 as a client needs to deliver one mail. */
function receiveMail(socket: Socket, done: (body: string) => void): void {
  let buffer = '';
  let readingData = false;
  socket.setEncoding('utf8').write('220 sink\r\n');
  socket.on('data', (text: string) => {
    buffer += text;
    if (readingData) {
      const end = buffer.indexOf('\r\n.\r\n');
      if (end === -1) return;
      done(buffer.slice(0, end));
      buffer = buffer.slice(end + 5);
      readingData = false;
      socket.write('250 taken\r\n');
    }
    for (let end = buffer.indexOf('\r\n'); end !== -1 && !readingData; end = buffer.indexOf('\r\n')) {
      const command = buffer.slice(0, end).toUpperCase();
      buffer = buffer.slice(end + 2);
      readingData = command === 'DATA';
      socket.write(readingData ? '354 go on\r\n' : command === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    }
  });
  socket.on('error', () => socket.destroy());
}
