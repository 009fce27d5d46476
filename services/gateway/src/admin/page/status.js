// Keeps the status page current: fetches it again and takes over the parts that changed. Without it the page is complete,
// as of when it was loaded.
const INTERVAL_MS = 2000;
const PATIENCE_MS = 5000;

const note = document.getElementById('live-note');
const pause = document.getElementById('live-switch');
let paused = false;
let lastSeen = note.textContent;

async function fetchPage() {
  const response = await fetch(location.pathname, {
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

/** Where somebody has the focus or a selection, nothing is taken away; the next round comes soon. */
function isInUse(part) {
  const selection = getSelection();
  return (
    part.contains(document.activeElement) || (!selection.isCollapsed && part.contains(selection.anchorNode))
  );
}

function takeOver(page) {
  for (const part of document.querySelectorAll('[data-live]')) {
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML && !isInUse(part))
      part.replaceChildren(...fresh.childNodes);
  }
  document.title = page.title;
  lastSeen = page.getElementById('live-note').textContent;
}

/** Said only when it changes: a screen reader reads it out each time. */
function say(text) {
  if (note.textContent !== text) note.textContent = text;
}

async function refresh() {
  if (paused || document.hidden) return;
  try {
    takeOver(await fetchPage());
    if (!paused) say('Live');
  } catch {
    if (!paused) say(`The gateway does not answer. ${lastSeen}`);
  }
}

async function keepCurrent() {
  await refresh();
  setTimeout(keepCurrent, INTERVAL_MS);
}

pause.hidden = false;
pause.addEventListener('click', () => {
  paused = !paused;
  pause.textContent = paused ? 'Resume' : 'Pause';
  say(paused ? `Paused. ${lastSeen}` : 'Live');
});
document.addEventListener('visibilitychange', refresh);

for (const button of document.querySelectorAll('[data-copy]')) {
  const code = button.closest('figure').querySelector('pre');
  button.hidden = false;
  button.addEventListener('click', async () => {
    getSelection().selectAllChildren(code);
    // Only a page from this machine, or over TLS, has a clipboard; elsewhere the text is selected for the keyboard.
    await navigator.clipboard?.writeText(code.textContent);
    button.textContent = navigator.clipboard ? 'Copied' : 'Selected';
  });
}

void keepCurrent();
