// Asks before something is done to the running gateway.

const dialog = document.getElementById('ask');
let settle = null; // takes the answer to the question that is shown

// A close is told late: by then the next question may be open.
dialog.addEventListener('close', () => {
  if (dialog.open) return;
  settle?.(dialog.returnValue === 'yes' ? { reason: part('reason').value.trim() } : null);
  settle = null;
});

const part = (name) => document.getElementById(`ask-${name}`);

// confirm shows the question. It gives null, or {reason} once the answer is yes; with reason: true one must be given.
export function confirm({ title, text, yes, reason = false }) {
  settle?.(null);
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
    settle = answer;
  });
}
