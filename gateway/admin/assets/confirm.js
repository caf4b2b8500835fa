// Asks before something is done to the running gateway.

const dialog = document.getElementById('ask');
const part = (name) => document.getElementById(`ask-${name}`);

// confirm shows the question. It gives null, or {reason} once the answer is yes; with reason: true one must be given.
export function confirm({ title, text, yes, reason = false }) {
  part('title').textContent = title;
  part('text').textContent = text;
  part('yes').textContent = yes;
  part('reason-row').hidden = !reason;
  part('reason').value = '';
  part('reason').required = reason;
  dialog.returnValue = '';
  dialog.showModal();
  if (reason) part('reason').focus();
  return new Promise((answer) => {
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes' ? { reason: part('reason').value.trim() } : null), { once: true });
  });
}
