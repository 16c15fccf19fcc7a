// The field page: how a camera is, a look through it, and a visit that is logged now or, without a network, later. The
// page itself is kept by the phone (field-worker.js), what it shows of a camera is not.
const code = decodeURIComponent(location.pathname.split('/')[2] ?? '').toLowerCase();
const root = `/c/${encodeURIComponent(code)}`;
const me = document.body.dataset.me;
const byId = (id) => document.getElementById(id);
const { openOutbox } = await import(document.body.dataset.outbox);
const photoPixelsMax = 1024;
const photoQuality = 0.7;
const previewMs = 60_000;
let facts = null;
let accuracy = null;

const show = (id, on) => { byId(id).hidden = !on; };
function text(id, value) {
  byId(id).textContent = value ?? '';
}

byId('field-code').textContent = code.toUpperCase();

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

function drawVisit(visit) {
  const item = document.createElement('li');
  const what = document.createElement('strong');
  what.textContent = visit.what;
  item.append(what, ` ${visit.at}, ${visit.who}`);
  for (const more of [visit.note, visit.place]) {
    if (!more) continue;
    const line = document.createElement('p');
    line.className = 'by';
    line.textContent = more;
    item.append(line);
  }
  if (visit.photo) {
    const link = document.createElement('a');
    link.href = visit.photo;
    link.textContent = 'Photo';
    item.append(link);
  }
  return item;
}

function draw() {
  document.title = `${facts.code} ${facts.name} - WildCam`;
  text('field-code', facts.code);
  text('field-name', facts.name);
  const state = byId('field-state');
  state.className = `state ${facts.tone}`;
  state.replaceChildren(icon(facts.icon), facts.word);
  state.hidden = false;
  text('field-sentence', facts.sentence);
  text('field-site', facts.site ?? 'At no site');
  text('field-battery', facts.battery ?? 'Not told yet');
  text('field-waiting', facts.waiting ?? 'Not told yet');
  show('field-facts', true);
  if (facts.picture) {
    byId('field-page').href = facts.picture.page;
    const image = byId('field-picture');
    image.alt = `The last picture of ${facts.code}`;
    if (facts.picture.url && image.getAttribute('src') !== facts.picture.url) image.src = facts.picture.url;
    image.hidden = !facts.picture.url;
    text('field-taken', `Last picture ${facts.picture.at}, site time.${facts.picture.url ? '' : ' It is being made ready.'}`);
    show('field-last', true);
  }
  show('field-aim', facts.canManage);
  show('field-visit', facts.canLog);
  byId('field-visit-list').replaceChildren(...facts.visits.map(drawVisit));
  show('field-visits', facts.visits.length > 0);
}

async function refresh() {
  try {
    const answer = await fetch(`${root}/facts`, { headers: { Accept: 'application/json' } });
    if (answer.status === 401) {
      location.assign(`/sign-in?to=${encodeURIComponent(location.pathname)}`);
      return;
    }
    if (answer.status === 404) {
      text('field-sentence', 'This camera does not exist, or not in your projects.');
      show('field-visit', false);
      return;
    }
    if (!answer.ok) throw new Error(`The hub answered ${answer.status}.`);
    facts = await answer.json();
    show('field-offline', false);
    draw();
  } catch {
    // How the camera is now nobody knows here; what was shown before stays, and says when it was so.
    show('field-offline', true);
    if (!facts) text('field-sentence', 'How it is cannot be told without a connection.');
  }
}

// --- a visit ---------------------------------------------------------------------------------------------------------

const outbox = openOutbox('/c', me, {
  onChange({ waiting, refused, signedOut }) {
    const kept = waiting === 0 ? '' : waiting === 1 ? '1 visit is not sent yet.' : `${waiting} visits are not sent yet.`;
    const why = signedOut && waiting > 0 ? ' Sign in again to send them.' : '';
    const no = refused.map((e) => ` Not taken: ${e.refused.text}`).join('');
    text('field-outbox', kept + why + no);
  },
  onSaved() { refresh(); },
  onConflict() { return null; },
});

async function shrink(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, photoPixelsMax / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas.toDataURL('image/jpeg', photoQuality).split(',')[1];
}

function complain(words) {
  text('field-problem', words);
  show('field-problem', Boolean(words));
  if (words) byId('field-problem').scrollIntoView({ block: 'nearest' });
}

function place() {
  const typed = ['visit-latitude', 'visit-longitude'].map((id) => byId(id).value.trim().replace(',', '.'));
  if (typed.every((t) => t === '')) return {};
  const [latitude, longitude] = typed.map((t) => (t === '' ? NaN : Number(t)));
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
    throw new Error('The place has a latitude from -90 to 90 and a longitude from -180 to 180.');
  }
  return accuracy === null ? { latitude, longitude } : { latitude, longitude, accuracy };
}

byId('field-visit').addEventListener('submit', async (event) => {
  event.preventDefault();
  complain('');
  try {
    const file = byId('visit-photo').files[0];
    const body = {
      key: crypto.randomUUID?.() ?? randomKey(),
      at: new Date().toISOString(),
      battery: byId('visit-battery').checked,
      card: byId('visit-card').checked,
      note: byId('visit-note').value,
      ...place(),
    };
    if (file) body.photo = await shrink(file).catch(() => { throw new Error('The photo cannot be read.'); });
    outbox.add(`${root}/visits`, body, { text: 'Visit', event: body.key });
    byId('field-visit').reset();
    accuracy = null;
  } catch (fault) {
    complain(fault.name === 'QuotaExceededError'
      ? 'This phone has no room for more. Log the visit without the photo.' : fault.message);
  }
});

// On a page without TLS the browser has no randomUUID.
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

byId('visit-here').addEventListener('click', () => {
  if (!navigator.geolocation) {
    text('visit-place-state', 'This browser tells no place. Type it.');
    return;
  }
  text('visit-place-state', 'Asking the phone.');
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    byId('visit-latitude').value = coords.latitude.toFixed(5);
    byId('visit-longitude').value = coords.longitude.toFixed(5);
    accuracy = Math.round(coords.accuracy);
    text('visit-place-state', `Within ${accuracy} m.`);
  }, (fault) => text('visit-place-state', `The phone told no place: ${fault.message}`),
  { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 });
});
for (const id of ['visit-latitude', 'visit-longitude']) byId(id).addEventListener('input', () => { accuracy = null; });

// --- aiming ----------------------------------------------------------------------------------------------------------

let ends = 0;
function stopPreview() {
  clearTimeout(ends);
  const preview = byId('field-preview');
  preview.removeAttribute('src');
  preview.hidden = true;
  text('field-watch', 'Show what it sees');
}

byId('field-watch').addEventListener('click', () => {
  const preview = byId('field-preview');
  if (preview.getAttribute('src')) {
    stopPreview();
    text('field-aim-state', '');
    return;
  }
  text('field-aim-state', 'Asking the camera. One that sleeps answers when it wakes.');
  preview.hidden = false;
  preview.src = `/api/stream/${encodeURIComponent(code)}`;
  text('field-watch', 'Stop');
  // A preview costs the battery.
  ends = setTimeout(() => { stopPreview(); text('field-aim-state', 'Stopped after a minute, to save the battery.'); }, previewMs);
});
byId('field-preview').addEventListener('load', () => text('field-aim-state', 'Live.'));
byId('field-preview').addEventListener('error', () => {
  if (!byId('field-preview').getAttribute('src')) return;
  stopPreview();
  text('field-aim-state', 'No picture came.');
});
addEventListener('pagehide', stopPreview);

byId('field-test').addEventListener('click', async () => {
  const form = new URLSearchParams({ kind: 'capture-now', request: crypto.randomUUID?.() ?? randomKey() });
  try {
    const answer = await fetch(`${facts.root}/cameras/${encodeURIComponent(code)}/commands`, {
      method: 'POST', body: form, headers: { Accept: 'text/html' },
    });
    text('field-aim-state', answer.ok
      ? 'Asked. It takes it when it hears it; the picture appears above.' : 'The camera cannot be asked now.');
  } catch {
    text('field-aim-state', 'No connection: the camera was not asked.');
  }
});

// --- without a network -----------------------------------------------------------------------------------------------

if ('serviceWorker' in navigator) {
  try {
    await navigator.serviceWorker.register('/field-worker.js', { scope: '/c/', updateViaCache: 'none' });
    const registration = await navigator.serviceWorker.ready;
    // The worker of another scope never gets this page; what it needs is told it, with the versions that are in use.
    registration.active?.postMessage({
      page: location.pathname,
      files: [...document.querySelectorAll('link[rel=stylesheet],link[rel=icon],script[src]')]
        .map((e) => e.href ?? e.src).concat(new URL(document.body.dataset.outbox, location.href).href, '/icons.svg'),
    });
  } catch { /* Without it the page works as any other. */ }
}

addEventListener('online', refresh);
addEventListener('offline', () => show('field-offline', true));
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
if (!navigator.onLine) show('field-offline', true);
await refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 15_000);
