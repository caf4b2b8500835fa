// Counts what holds and names what does not.
let passed = 0,
  failed = 0;

// check notes whether something holds.
export function check(name, holds, saw = '') {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  console.log(`FAILED ${name}${saw === '' ? '' : `: ${typeof saw === 'string' ? saw : JSON.stringify(saw)}`}`.slice(0, 1200));
}

// equal notes whether two values have the same JSON.
export const equal = (name, got, want) =>
  check(name, JSON.stringify(got) === JSON.stringify(want), `${JSON.stringify(got)}, want ${JSON.stringify(want)}`);

// step runs a part and prints how long it took; an exception is a failure of the part alone.
export async function step(name, run) {
  const began = Date.now(),
    before = passed;
  try {
    await run();
  } catch (cause) {
    check(name, false, cause.stack ?? String(cause));
  }
  console.log(`${name}: ${passed - before} checks, ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

// end prints the sum and gives the exit code.
export function end() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
