// What `docker inspect` and the containers themselves say about the hardening (docs/operations.md, "Hardening").

const SUITE = ['gateway', 'health-checker', 'token-rotator', 'tagger'];
/** Of `server.drain_timeout`. */
const DRAIN_S = 30;
/** A value, not the name of a file, under a name that says it is secret; or one inside a URL. */
const SECRET = /^\w*(?:PASSWORD|SECRET|TOKEN\d*|KEYS?)=.+|:\/\/[^/\s:@]+:[^@\s]+@/;

/** A list of complaints; empty when all is as promised. */
export async function checkHardening(stack) {
  const complaints = [];
  const expect = (holds, complaint) => {
    if (!holds) complaints.push(complaint);
  };

  for (const { service, Config, HostConfig, NetworkSettings } of await stack.containers()) {
    expect(HostConfig.ReadonlyRootfs, `${service}: the root file system is writable`);
    expect(HostConfig.CapDrop?.includes('ALL'), `${service}: capabilities are kept`);
    expect(!HostConfig.CapAdd?.length, `${service}: capabilities are added`);
    expect(!HostConfig.Privileged, `${service}: privileged`);
    expect(HostConfig.SecurityOpt?.includes('no-new-privileges:true'), `${service}: may gain privileges`);
    expect(HostConfig.PidsLimit > 0, `${service}: no limit of processes`);
    expect(HostConfig.Memory > 0, `${service}: no limit of memory`);
    expect(HostConfig.LogConfig.Config['max-size'], `${service}: its log grows without end`);
    expect(
      service === 'setup' || HostConfig.RestartPolicy.Name === 'unless-stopped',
      `${service}: does not come back`,
    );
    expect(!SUITE.includes(service) || Config.StopTimeout > DRAIN_S, `${service}: killed while it drains`);
    const told = Config.Env.filter((variable) => SECRET.test(variable)).map(
      (variable) => variable.split('=')[0],
    );
    expect(told.length === 0, `${service}: secrets in the environment: ${told.join(', ')}`);
    expect(Config.User && !/^(0|root)(:|$)/.test(Config.User), `${service}: runs as root`);
    const published = Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) => bindings ?? []);
    for (const { HostIp } of published) expect(HostIp === '127.0.0.1', `${service}: published on ${HostIp}`);
  }

  const writing =
    "import fs from 'node:fs'; try { fs.writeFileSync('/written', ''); console.log('yes') } catch { console.log('no') }";
  for (const service of SUITE)
    expect((await stack.evaluate(service, writing)).trim() === 'no', `${service}: can write to /`);

  const asking = `import net from 'node:net';
    const socket = net.connect(6379, 'redis', () => socket.write('PING\\r\\n'));
    socket.on('data', (reply) => { console.log(String(reply)); socket.destroy(); });`;
  const reply = await stack.evaluate('gateway', asking);
  expect(reply.startsWith('-NOAUTH'), `redis answers strangers: ${reply.trim()}`);
  return complaints;
}
