// Runs the real program: demos on free ports, at dates of our choosing, on a store that outlives them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill()));

// start runs a demo and waits until it is ready. It gives {legacy, admin, stop}.
export async function start(program, flags = []) {
  const child = spawn(
    program,
    ['serve', '--demo', '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--limits-drain-delay', '0s', ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.add(child);
  let printed = '',
    log = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  child.stderr.on('data', (text) => {
    log += text;
  });
  for (let tries = 0; !/reporting\.svc/.test(printed) || !/msg=ready/.test(log); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`the demo did not start: ${log}`);
    await sleep(50);
  }
  return {
    legacy: /http:\/\/[^']*?reporting\.svc/.exec(printed)[0],
    admin: `http://${/admin=(\S+)/.exec(log)[1]}`,
    log: () => log,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      running.delete(child);
    },
  };
}

// ask sends a legacy request as a client: a name (with the demo's password for the one user that it knows), an agent.
export async function ask(gateway, { user, agent, zone }, query) {
  const headers = { 'User-Agent': agent };
  if (user) headers.Authorization = `Basic ${Buffer.from(`${user}:demo`).toString('base64')}`;
  if (zone) headers['X-timezone'] = zone;
  const response = await fetch(`${gateway.legacy}/${query}`, { headers });
  await response.arrayBuffer();
  return response.status;
}
