// Bearer tokens of an OpenID Connect issuer that nobody here wrote (oauth2-mock-server), over TLS, against a demo.
//   node bearer.js RWSGATE KEY CERT     the program, and a private key and certificate of localhost as PEM files
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OAuth2Server } from 'oauth2-mock-server';

const [program, key, cert] = process.argv.slice(2);
const tenant = '16a58f78-539f-47f7-b9bf-02a63867d73b';
const now = () => Math.floor(Date.now() / 1000);
const report = 'CsP2PAVTimeDaily?$top=1&$format=Json';

const issuer = new OAuth2Server(key, cert);
await issuer.issuer.keys.generate('RS256', { kid: 'first' });
await issuer.issuer.keys.generate('ES256', { kid: 'elliptic' });
await issuer.issuer.keys.generate('RS512', { kid: 'long' });
await issuer.start(0, '127.0.0.1');
const forger = new OAuth2Server();
await forger.issuer.keys.generate('RS256', { kid: 'first' });
forger.issuer.url = issuer.issuer.url;

// token signs what a token of the demo's tenant says, with changes; undefined takes a claim away.
const token = (changes = {}, kid = 'first', server = issuer) =>
  server.issuer.buildToken({
    kid,
    scopesOrTransform: (_, payload) =>
      Object.assign(payload, { aud: 'api://rwsgate', tid: tenant, preferred_username: 'etl@example.onmicrosoft.com' }, changes),
  });

process.on('exit', () => gateway.kill());
const gateway = spawn(program, [
  'serve', '--demo', '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--auth-anonymous', 'none',
  '--auth-bearer-issuer', issuer.issuer.url, '--auth-bearer-audience', 'api://rwsgate', '--upstream-ca-file', cert,
], { stdio: ['ignore', 'pipe', 'pipe'] });
let printed = '', log = '';
gateway.stdout.on('data', (text) => { printed += text; });
gateway.stderr.on('data', (text) => { log += text; });
for (let tries = 0; !printed.includes('reporting.svc') || !log.includes('ready'); tries++) {
  if (tries > 100 || gateway.exitCode !== null) {
    console.log(log);
    process.exit(1);
  }
  await sleep(100);
}
const root = /http:\/\/[^']*?reporting\.svc/.exec(printed)[0];

const ask = (authorization, query = report) =>
  fetch(`${root}/${query}`, { headers: authorization ? { Authorization: authorization } : {} });
let passed = 0, failed = 0;
async function expect(name, status, authorization, query) {
  const response = await ask(authorization, query);
  const body = await response.text();
  const challenge = response.headers.get('www-authenticate') ?? '';
  const right = response.status === status && (status !== 200 || body.includes(tenant)) && (status !== 401 || challenge.includes('Basic Realm='));
  right ? passed++ : failed++;
  if (!right) console.log(`${name}: ${response.status}, want ${status}: ${challenge} ${body.slice(0, 300)}`);
}
const bearer = async (...args) => `Bearer ${await token(...args)}`;

await expect('no token', 401);
await expect('a good token', 200, await bearer());
await expect('the same by ES256', 200, await bearer({}, 'elliptic'));
await expect('an application', 200, await bearer({ preferred_username: undefined, azp: '11111111-1111-1111-1111-111111111111' }));
await expect('just expired, within the skew', 200, await bearer({ exp: now() - 200 }));
await expect('expired', 401, await bearer({ exp: now() - 400 }));
await expect('not yet valid, within the skew', 200, await bearer({ nbf: now() + 200 }));
await expect('not yet valid', 401, await bearer({ nbf: now() + 400 }));
await expect('another audience', 401, await bearer({ aud: 'api://other' }));
await expect('another issuer', 401, await bearer({ iss: 'https://evil.example' }));
await expect('an unknown tenant', 401, await bearer({ tid: '99999999-539f-47f7-b9bf-02a63867d73b' }));
await expect('no tenant', 401, await bearer({ tid: undefined }));
await expect('a user that the tenant does not list', 403, await bearer({ preferred_username: 'guest@elsewhere.example' }));
await expect('another organisation', 403, await bearer(), `${report}&DelegatedOrg=other.onmicrosoft.com`);
await expect('an algorithm that is not taken', 401, await bearer({}, 'long'));
await expect("a stranger's signature", 401, await bearer({}, 'first', forger));
const [head, , signature] = (await token()).split('.');
const claims = Buffer.from(JSON.stringify({ iss: issuer.issuer.url, aud: 'api://rwsgate', tid: tenant, exp: now() + 60 })).toString('base64url');
await expect('changed claims', 401, `Bearer ${head}.${claims}.${signature}`);
await expect('no signature', 401, `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`);
await expect('a password beside it', 200, `Basic ${Buffer.from('reader@example.onmicrosoft.com:demo').toString('base64')}`);

// The issuer makes a new key: the gateway asks again, at most every 10 seconds.
await issuer.issuer.keys.generate('RS256', { kid: 'second' });
await sleep(10_500);
await expect('a new key', 200, await bearer({}, 'second'));
await expect('an old key', 200, await bearer());
const late = [await bearer({ x: 1 }, 'second'), await token()];
await issuer.stop();
await expect('while the issuer is away', 200, late[0]);

const ended = once(gateway, 'exit');
gateway.kill('SIGTERM');
const [code] = await ended;
if (code !== 0) failed++;
for (const part of late.flatMap((t) => t.split('.').slice(1))) {
  if (log.includes(part)) {
    console.log('the log has a token in it');
    failed++;
  }
}
console.log(`oidc: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
