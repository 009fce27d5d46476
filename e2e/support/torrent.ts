import { chunk, head } from '@holdfast/simulator/raw/good-answer';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';

/**
 * A provider whose streams never end and come as fast as they are read. A program of its own, since it takes a core for
 * itself while its callers' buffers fill. Prints its base URL, then every 250 ms how many bytes it has sent.
 */
const event = chunk(
  `data: ${JSON.stringify({
    id: 'chatcmpl-torrent',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'torrent',
    choices: [{ index: 0, delta: { content: 'x'.repeat(1000) }, finish_reason: null }],
  })}\n\n`,
);

const upstream = await startRawUpstream(async (connection) => {
  if (!(await connection.nextRequest())) return;
  await connection.write(head('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']));
  while (connection.isOpen()) await connection.write(event);
});
console.log(upstream.baseUrl);
setInterval(() => {
  console.log(upstream.connections.reduce((sum, { socket }) => sum + socket.bytesWritten, 0));
}, 250);
