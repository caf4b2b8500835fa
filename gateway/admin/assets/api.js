// Asks the admin API. What was read last stays when a later reading fails, with the reason beside it.

const patience = 30_000; // milliseconds until an answer counts as missing

// Failure is why a request came to nothing. Its message is for the operator.
export class Failure extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind; // away, closed, refused, broken
  }
}

// get reads JSON from the API.
export const get = (path) => ask(path, { method: 'GET' });

// post acts on the gateway. An answer of 502 has outcomes that name what failed; it is no failure of the request.
export const post = (path) => ask(path, { method: 'POST' }, [502]);

async function ask(path, options, also = []) {
  let response, text;
  try {
    response = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(patience) });
    text = await response.text();
  } catch (cause) {
    throw new Failure(
      'away',
      cause.name === 'TimeoutError' ? 'the gateway did not answer within 30 s' : 'the gateway cannot be reached',
    );
  }
  const body = parsed(text);
  if (body !== null && (response.ok || also.includes(response.status))) return body;
  const said = typeof body?.error === 'string' ? body.error : `status ${response.status}`;
  if (response.status === 401)
    throw new Failure('closed', 'the gateway asks for a name and password: load this page again to be asked for them');
  if (response.status >= 500 && response.status !== 503)
    throw new Failure('broken', `the gateway has a fault (${said}); its log says more`);
  throw new Failure('refused', said);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Source is something that is read again and again.
export class Source {
  data = null;
  at = 0; // when data was read, by the browser's clock
  took = 0; // milliseconds of the last reading
  failure = null;
  #running = null;
  #path = '';

  // read asks for the path, once at a time; it gives itself and never throws. Data of another path is forgotten first.
  read(path) {
    if (this.#running && path === this.#path) return this.#running;
    if (path !== this.#path) {
      this.data = null;
      this.failure = null;
    }
    this.#path = path;
    const mine = this.#read(path).finally(() => {
      if (this.#running === mine) this.#running = null;
    });
    this.#running = mine;
    return mine;
  }

  async #read(path) {
    const began = performance.now();
    try {
      const data = await get(path);
      if (path !== this.#path) return this; // something else was asked for meanwhile
      this.data = data;
      this.at = Date.now();
      this.failure = null;
    } catch (failure) {
      if (path === this.#path) this.failure = failure;
    }
    this.took = performance.now() - began;
    return this;
  }
}
