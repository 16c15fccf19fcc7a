// What was decided and is not yet on the hub: kept by the browser, one entry an item, so that a reload, a lost link or
// another tab loses none. Sent in order, again and again until the hub has answered; each has a key of its own, so
// that one that is sent twice counts once. Entries belong to a person and a project.
const retryMsMax = 30_000;
const sendMsMax = 20_000;

export function openOutbox(root, me, { onChange, onSaved, onConflict }) {
  const prefix = `wildcam-outbox:${me}:${root}:`;
  let count = 0;
  let sending = false;
  let again = false;
  let pause = 1000;
  let timer = 0;
  let signedOut = false;

  function entries() {
    return Object.keys(localStorage).filter((k) => k.startsWith(prefix)).sort()
      .map((place) => ({ place, ...JSON.parse(localStorage.getItem(place)) }));
  }

  const keep = ({ place, ...entry }) => localStorage.setItem(place, JSON.stringify(entry));

  // Leaving asks only while something waits: a standing handler would keep pages out of the browser's cache.
  const ask = (event) => event.preventDefault();
  function told() {
    const all = entries();
    const refused = all.filter((e) => e.refused);
    const waiting = all.length - refused.length;
    (all.length ? addEventListener : removeEventListener)('beforeunload', ask);
    onChange({ waiting, refused, signedOut });
  }

  function add(url, body, { text, event }) {
    count += 1;
    const place = `${prefix}${String(Date.now()).padStart(15, '0')}:${String(count).padStart(6, '0')}:${body.key}`;
    keep({ place, url, body, text, event });
    told();
    send();
  }

  async function post(entry) {
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(), sendMsMax);
    try {
      return await fetch(entry.url, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(entry.body),
        signal: abort.signal, redirect: 'error',
      });
    } finally {
      clearTimeout(late);
    }
  }

  // Over what the other person said: that version was seen now.
  function insist(entry) {
    entry.body.seen = entry.refused.version;
    delete entry.refused;
  }

  // False: the hub could not be asked; later again.
  async function sendOne(entry) {
    const answer = await post(entry);
    if (answer.status === 401) {
      signedOut = true;
      return false;
    }
    if (answer.status === 429 || answer.status >= 500) return false;
    signedOut = false;
    if (answer.ok) {
      const text = await answer.text();
      localStorage.removeItem(entry.place);
      onSaved(entry, text ? JSON.parse(text) : {});
      return true;
    }
    const told = await answer.text();
    const conflict = answer.status === 409 ? JSON.parse(told) : null;
    entry.refused = conflict ?? { text: told.startsWith('"') ? JSON.parse(told) : told || `The hub answered ${answer.status}.` };
    const way = onConflict(entry, conflict);
    if (way === 'drop') {
      localStorage.removeItem(entry.place);
      return true;
    }
    if (way === 'insist') insist(entry);
    keep(entry);
    return true;
  }

  // What waits behind a refused one of the same event waits for what becomes of it.
  function next() {
    const held = new Set();
    for (const entry of entries()) {
      if (entry.refused) held.add(entry.event);
      else if (!held.has(entry.event)) return entry;
    }
    return null;
  }

  async function drain() {
    for (let entry = next(); entry; entry = next()) {
      if (!localStorage.getItem(entry.place)) continue;
      if (!await sendOne(entry)) return false;
      told();
    }
    return true;
  }

  async function send() {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    clearTimeout(timer);
    let done = false;
    try {
      // One tab sends at a time.
      done = navigator.locks ? await navigator.locks.request(prefix, drain) : await drain();
    } catch {
      done = false;
    }
    sending = false;
    told();
    if (done) {
      pause = 1000;
      if (again) {
        again = false;
        send();
      }
    } else {
      again = false;
      timer = setTimeout(send, pause);
      pause = Math.min(retryMsMax, pause * 2);
    }
  }

  addEventListener('online', () => { pause = 1000; send(); });
  addEventListener('pageshow', () => send());
  told();
  return {
    add,
    entries,
    send,
    drop(key) {
      for (const e of entries()) if (e.body.key === key) localStorage.removeItem(e.place);
      told();
      send();
    },
    insist(key) {
      for (const e of entries()) {
        if (e.body.key !== key || !e.refused) continue;
        insist(e);
        keep(e);
      }
      told();
      send();
    },
  };
}
