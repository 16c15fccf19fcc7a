// Brings in an SD card: looks at its files, shows what would become of them, then sends them one by one. A card that
// was begun is gone on with by choosing its folder again: the hub knows what it has.
const previewAtOnce = 400;
const headBytes = 128 * 1024; // EXIF stands in the first segments.
const readAtOnce = 8;
const sendAtOnce = 3;
const tries = 6;

const byId = id => document.getElementById(id);
const project = document.body.dataset.project;
const api = `/api/v1/projects/${project}/cameras/`;
const number = new Intl.NumberFormat('en');
const pictures = n => n === 1 ? '1 picture' : `${number.format(n)} pictures`;
const size = bytes => bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} KB`;

let card = null; // { camera, files: [{ file, name, taken, answer }] }
let sending = false;
let stopped = false;

function trouble(text) {
  byId('trouble').textContent = text ?? '';
  byId('trouble').hidden = !text;
}

// The time that the camera wrote, as EXIF has it: "2026:05:31 05:14:09"; null without one.
async function takenAt(file) {
  const bytes = new DataView(await file.slice(0, headBytes).arrayBuffer());
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < bytes.byteLength && bytes.getUint8(at) === 0xff) {
    const marker = bytes.getUint8(at + 1);
    const length = bytes.getUint16(at + 2);
    if (marker === 0xda || length < 2) return null;
    if (marker === 0xe1 && bytes.getUint32(at + 4) === 0x45786966) return exifTime(bytes, at + 10, Math.min(at + 2 + length, bytes.byteLength));
    at += 2 + length;
  }
  return null;
}

// TIFF 6.0, section 2: directories of 12-byte entries. 0x8769 leads to EXIF's own, 0x9003 is the time of the shutter.
function exifTime(bytes, tiff, end) {
  const little = bytes.getUint16(tiff) === 0x4949;
  const find = (directory, tag) => {
    if (directory + 2 > end) return null;
    const entries = Math.min(bytes.getUint16(directory, little), 1000);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + i * 12;
      if (entry + 12 > end) return null;
      if (bytes.getUint16(entry, little) === tag) return tiff + bytes.getUint32(entry + 8, little);
    }
    return null;
  };
  try {
    const own = find(tiff + bytes.getUint32(tiff + 4, little), 0x8769);
    const text = own && find(own, 0x9003);
    if (!text || text + 19 > end) return null;
    return Array.from({ length: 19 }, (_, i) => String.fromCharCode(bytes.getUint8(text + i))).join('');
  } catch {
    return null; // Its EXIF is broken; the picture may be whole.
  }
}

async function inParallel(items, most, work) {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, async () => {
    while (next < items.length && !stopped) await work(items[next++]);
  }));
}

// Below the folder that was chosen, as the command line has it too.
const nameOf = file => (file.webkitRelativePath || file.path || file.name).split('/').slice(1).join('/') || file.name;

async function look(files) {
  if (sending || files.length === 0) return;
  trouble(null);
  stopped = false;
  byId('sending').hidden = true;
  const jpegs = files.filter(f => /\.jpe?g$/i.test(f.name) && !f.name.startsWith('.')).map(file => ({ file, name: nameOf(file) }));
  if (jpegs.length === 0) {
    byId('preview').hidden = true;
    trouble(`There is no JPEG in this folder (${number.format(files.length)} files of other kinds).`);
    return;
  }
  const chosen = { camera: byId('camera').value, files: jpegs, others: files.length - jpegs.length };
  card = chosen;
  byId('preview').hidden = false;
  byId('start').disabled = true;
  byId('sum-files').textContent = `${pictures(jpegs.length)}, looking at them`;
  for (const id of ['sum-span', 'sum-known', 'sum-sites', 'sum-clock']) byId(id).textContent = '';
  byId('warnings').replaceChildren();
  try {
    await inParallel(jpegs, readAtOnce, async one => { one.taken = await takenAt(one.file); });
    for (let i = 0; i < jpegs.length; i += previewAtOnce) {
      const some = jpegs.slice(i, i + previewAtOnce);
      const answer = await fetch(`${api}${chosen.camera}/card/preview`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ files: some.map(s => ({ name: s.name, bytes: s.file.size, taken: s.taken })) }),
      });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `The hub said ${answer.status}.`);
      (await answer.json()).forEach((told, k) => { some[k].answer = told; });
      byId('sum-files').textContent = `${pictures(jpegs.length)}, looked at ${number.format(Math.min(i + previewAtOnce, jpegs.length))}`;
    }
    if (card === chosen) show(chosen);
  } catch (fault) {
    trouble(`The card could not be looked at: ${fault.message} Choose the folder again.`);
  }
}

function show({ files, others }) {
  const known = files.filter(f => f.answer.isThere);
  const fresh = files.filter(f => !f.answer.isThere);
  const times = files.filter(f => f.taken && f.answer.takenAt).map(f => f.taken).sort();
  const shown = t => `${t.slice(0, 10).replaceAll(':', '-')} ${t.slice(11, 16)}`;
  const sites = new Map();
  for (const f of files) if (f.answer.site) sites.set(f.answer.site, (sites.get(f.answer.site) ?? 0) + 1);
  byId('sum-files').textContent = `${pictures(files.length)}, ${size(files.reduce((sum, f) => sum + f.file.size, 0))}${others > 0 ? `; ${number.format(others)} other files stay on the card` : ''}`;
  byId('sum-span').textContent = times.length > 0 ? `${shown(times[0])} to ${shown(times.at(-1))}, by the camera's clock` : 'no picture says when';
  byId('sum-known').textContent = known.length === 0 ? 'none by name and size' : pictures(known.length);
  byId('sum-sites').textContent = sites.size === 0 ? 'no site at that time' : [...sites].map(([site, n]) => `${site} (${number.format(n)})`).join(', ');
  const count = clock => files.filter(f => f.answer.clock === clock).length;
  const warnings = [
    [count('future'), n => `${pictures(n)} from the future: the clock is fast. They get the time of arrival, marked as doubtful.`],
    [count('absurd'), n => `${pictures(n)} from before cameras: the clock was not set. They get the time of arrival, marked as doubtful.`],
    [count('missing'), n => `${pictures(n)} that do not say when. They get the time of arrival, marked as doubtful.`],
    [count('elsewhere'), n => `${pictures(n)} from a time when this camera stood nowhere. Is it the right camera, and is its deployment right?`],
  ].filter(([n]) => n > 0);
  byId('sum-clock').textContent = warnings.length === 0 ? 'nothing odd' : 'look below';
  byId('warnings').replaceChildren(...warnings.map(([n, say]) => line(say(n))));
  byId('start').textContent = fresh.length === 0 ? 'All of them are here already' : `Bring in ${pictures(fresh.length)}`;
  byId('start').disabled = fresh.length === 0;
}

function line(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

const pause = ms => new Promise(done => setTimeout(done, ms));

// Sends one file; a hub that is away for a moment is asked again, ever more slowly.
async function send(camera, one) {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(`${api}${camera}/card?name=${encodeURIComponent(one.name)}`, {
        method: 'POST', headers: { 'Content-Type': 'image/jpeg' }, body: one.file,
      });
      if (answer.ok) return await answer.json();
      if (answer.status !== 429 && answer.status < 500) throw new Refusal((await answer.json().catch(() => ({}))).detail ?? `The hub said ${answer.status}.`);
      if (attempt + 1 >= tries) throw new Refusal(`the hub said ${answer.status} ${tries} times`);
    } catch (fault) {
      if (fault instanceof Refusal) throw fault;
      if (attempt + 1 >= tries) throw new Refusal('no connection');
    }
    if (stopped) throw new Refusal('stopped');
    await pause(Math.min(30000, 500 * 2 ** attempt));
  }
}

class Refusal extends Error { }

const ask = leaving => leaving.preventDefault(); // Only while something is on its way.

async function bring() {
  const { camera, files } = card;
  const todo = files.filter(f => !f.answer.isThere);
  const sums = { stored: 0, duplicate: 0, refused: 0 };
  let bytes = 0;
  const all = todo.reduce((sum, f) => sum + f.file.size, 0);
  const began = performance.now();
  sending = true;
  stopped = false;
  byId('preview').hidden = true;
  byId('sending').hidden = false;
  byId('stop').hidden = false;
  byId('refused').replaceChildren();
  byId('camera').disabled = byId('folder').disabled = true;
  byId('bar').max = Math.max(1, all);
  byId('bar').value = 0;
  byId('closing').textContent = 'Keep this tab open. If it closes, choose the same folder again: it goes on where it stopped.';
  addEventListener('beforeunload', ask);
  await inParallel(todo, sendAtOnce, async one => {
    try {
      const { result, reason } = await send(camera, one);
      if (result === 'stored' || result === 'duplicate') {
        sums[result]++;
        one.answer.isThere = true;
      } else {
        throw new Refusal(reason);
      }
    } catch (fault) {
      if (fault.message === 'stopped') return;
      sums.refused++;
      if (sums.refused <= 200) byId('refused').append(line(`${one.name}: ${fault.message}`));
    }
    bytes += one.file.size;
    byId('bar').value = bytes;
    const done = sums.stored + sums.duplicate + sums.refused;
    const left = (performance.now() - began) / bytes * (all - bytes);
    byId('told').textContent = `${number.format(done)} of ${number.format(todo.length)} sent${done > 20 ? `, about ${Math.max(1, Math.ceil(left / 60000))} min left` : ''}`;
  });
  removeEventListener('beforeunload', ask);
  sending = false;
  byId('camera').disabled = byId('folder').disabled = false;
  byId('stop').hidden = true;
  const words = [`${pictures(sums.stored)} brought in`];
  if (sums.duplicate > 0) words.push(`${number.format(sums.duplicate)} were here already`);
  if (sums.refused > 0) words.push(`${number.format(sums.refused)} refused`);
  byId('told').textContent = `${words.join(', ')}.`;
  byId('closing').textContent = stopped
    ? 'Stopped. Choose the same folder again to go on.'
    : sums.refused > 0
      ? 'All that could be sent is safely stored. You may close this tab; the reasons for the rest are below.'
      : 'Everything is safely stored. You may close this tab and empty the card.';
}

// A folder that is dropped is walked; the browser gives its entries a hundred at a time.
async function walk(entry, into, path) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    file.path = path + file.name;
    into.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return;
    for (const one of some) await walk(one, into, `${path}${entry.name}/`);
  }
}

// A file of another tool: looked at by the hub first, taken in when one says so.
function describe(told, isPackage) {
  const words = isPackage
    ? [`${told.title}: ${number.format(told.deployments)} deployments, ${number.format(told.media)} media, ${number.format(told.observations)} observations`]
    : [`${told.model}: ${number.format(told.matched)} of ${pictures(told.pictures)} are here, with ${number.format(told.things)} findings`];
  if (told.isCommitted) words.push(isPackage ? `${number.format(told.added)} rows are new` : `the model speaks of ${pictures(told.filed)} for the first time`);
  if (told.wrong > 0) words.push(`${number.format(told.wrong)} cannot be taken, for the reasons below`);
  return `${words.join('. ')}.`;
}

function listProblems(told, isPackage) {
  const lines = told.problems.map(p => line(isPackage ? `${p.table}, line ${p.line}: ${p.reason}` : `Picture ${p.entry}, ${p.file}: ${p.reason}`));
  if (told.wrong > lines.length) lines.push(line(`And ${number.format(told.wrong - lines.length)} more.`));
  if (told.unknownNames?.length > 0) lines.push(line(`Species that nobody here has named yet count as animals: ${told.unknownNames.join(', ')}.`));
  byId('other-problems').replaceChildren(...lines);
}

async function takeFile(commit) {
  const file = byId('other-file').files[0];
  if (!file) return;
  const isPackage = /\.zip$/i.test(file.name);
  const query = new URLSearchParams({ commit });
  if (!isPackage && byId('other-camera').value) query.set('camera', byId('other-camera').value);
  byId('other-trouble').hidden = true;
  byId('other-preview').hidden = false;
  byId('other-take').hidden = true;
  byId('other-problems').replaceChildren();
  byId('other-told').textContent = commit ? 'Being taken in. Keep this tab open.' : 'Being looked at.';
  try {
    const answer = await fetch(`/api/v1/projects/${project}/${isPackage ? 'packages' : 'predictions'}?${query}`, {
      method: 'POST', headers: { 'Content-Type': isPackage ? 'application/zip' : 'application/json' }, body: file,
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail ?? `The hub said ${answer.status}.`);
    byId('other-told').textContent = describe(told, isPackage);
    listProblems(told, isPackage);
    byId('other-take').hidden = commit || (isPackage ? told.observations + told.media + told.deployments : told.matched) === 0;
  } catch (fault) {
    byId('other-preview').hidden = true;
    byId('other-trouble').textContent = fault.message;
    byId('other-trouble').hidden = false;
  }
}

byId('other-file').addEventListener('change', () => takeFile(false));
byId('other-camera').addEventListener('change', () => takeFile(false));
byId('other-take').addEventListener('click', () => takeFile(true));

const zone = byId('drop');
if (zone) {
  byId('folder').addEventListener('change', () => look([...byId('folder').files]));
  byId('camera').addEventListener('change', () => card && look(card.files.map(f => f.file)));
  byId('start').addEventListener('click', bring);
  byId('stop').addEventListener('click', () => { stopped = true; });
  zone.addEventListener('dragover', event => { event.preventDefault(); zone.classList.add('over'); });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', async event => {
    event.preventDefault();
    zone.classList.remove('over');
    const entries = [...event.dataTransfer.items].map(i => i.webkitGetAsEntry?.()).filter(Boolean);
    const files = [];
    for (const entry of entries) await walk(entry, files, entry.isFile ? '/' : '');
    look(files);
  });
}
