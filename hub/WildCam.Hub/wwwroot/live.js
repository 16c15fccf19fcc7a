// What happens in a project, told to every tab of this browser over one stream. The tab that holds the lock listens
// and tells the others; it lets go when it is put away, so that Back finds the page as it was. A page listens from the
// change that its content was read after, so that nothing falls between the two.
const project = document.body.dataset.project;
const name = `wildcam-live-${project}`;
const hiddenCloseMs = 60_000;
const dot = document.getElementById('connection');
let letGo = null;
let source = null;
let channel = null;
let last = document.body.dataset.liveAfter || null;
let closing = 0;

function tell(kind, subject) {
  document.dispatchEvent(new CustomEvent('wildcam:live', { detail: { kind, subject } }));
}

function showState(on) {
  if (dot) dot.hidden = on;
}

function listen() {
  source = new EventSource(`/p/${project}/live${last ? `?after=${last}` : ''}`);
  const pass = (kind) => (event) => {
    last = event.lastEventId || last;
    showState(true);
    if (kind === 'place') return;
    const { subject } = JSON.parse(event.data);
    tell(kind, subject);
    channel?.postMessage({ kind, subject, last });
  };
  for (const kind of ['place', 'arrival', 'processed', 'decision', 'camera']) source.addEventListener(kind, pass(kind));
  source.onerror = () => {
    showState(false);
    // A refused stream stays closed, for example once the session has ended: ask again later, not at once.
    if (source?.readyState === EventSource.CLOSED) {
      setTimeout(() => { if (source) { stop(); start(); } }, 10_000);
    }
  };
}

function start() {
  if (channel || source) return;
  if ('BroadcastChannel' in window) {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      if (data.kind === 'joined') {
        if (source && Number(last) > Number(data.last)) channel.postMessage({ kind: 'return', subject: '', last });
        return;
      }
      last = data.last;
      tell(data.kind, data.subject);
    };
    if (last) channel.postMessage({ kind: 'joined', last });
  }
  if (!navigator.locks) {
    listen();
    return;
  }
  const hold = new AbortController();
  letGo = () => hold.abort();
  navigator.locks.request(name, { signal: hold.signal }, () => new Promise((resolve) => {
    letGo = resolve;
    listen();
  })).catch(() => { /* Put away before the lock came. */ });
}

function stop() {
  letGo?.();
  letGo = null;
  source?.close();
  source = null;
  channel?.close();
  channel = null;
}

addEventListener('pagehide', stop);
addEventListener('pageshow', (event) => {
  start();
  if (event.persisted) tell('return', '');
});
document.addEventListener('visibilitychange', () => {
  clearTimeout(closing);
  if (document.hidden) {
    closing = setTimeout(stop, hiddenCloseMs);
  } else if (!channel && !source) {
    start();
    tell('return', '');
  }
});
start();

// Menus close by Escape and by a click elsewhere.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = document.querySelector('details.menu[open],details.filters[open]');
  if (open) {
    open.open = false;
    open.querySelector('summary').focus();
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('details.menu[open],details.filters[open]')) {
    if (!open.contains(event.target)) open.open = false;
  }
});
