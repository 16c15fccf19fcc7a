// Live previews of several cameras over one connection: each part of the stream is a JPEG with its camera's code. A
// frame is decoded, drawn and let go, so that the page stays as large as its canvases.
const wall = document.getElementById('wall');
const state = document.getElementById('wall-state');
const again = document.getElementById('wall-again');
const partBytesMax = 140_000;
const headEnd = [13, 10, 13, 10];
const waiting = new Map();
let isDrawing = false;
let stop = null;

function indexOf(bytes, wanted, from) {
  outer: for (let i = from; i <= bytes.length - wanted.length; i++) {
    for (let j = 0; j < wanted.length; j++) if (bytes[i + j] !== wanted[j]) continue outer;
    return i;
  }
  return -1;
}

async function draw(code, { jpeg, takenAt }) {
  const canvas = wall.querySelector(`canvas[data-camera="${CSS.escape(code)}"]`);
  if (!canvas) return;
  const image = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  canvas.getContext('2d', { alpha: false }).drawImage(image, 0, 0);
  image.close();
  canvas.dataset.frames = Number(canvas.dataset.frames || 0) + 1;
  const text = wall.querySelector(`[data-of="${CSS.escape(code)}"]`);
  text.textContent = `Live, ${new Date(takenAt).toLocaleTimeString()}`;
}

// Only a camera's newest frame waits, and one is decoded at a time: a busy machine drops frames instead of piling them up.
async function drawWaiting() {
  if (isDrawing) return;
  isDrawing = true;
  while (waiting.size > 0) {
    const [code, frame] = waiting.entries().next().value;
    waiting.delete(code);
    try {
      await draw(code, frame);
    } catch { /* A frame that cannot be decoded is followed by another. */ }
  }
  isDrawing = false;
}

// Takes whole parts from the front of what came; gives back what is left.
function takeParts(bytes) {
  let at = 0;
  for (;;) {
    const end = indexOf(bytes, headEnd, at);
    if (end < 0) break;
    const head = new TextDecoder().decode(bytes.subarray(at, end));
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
    if (!(length <= partBytesMax)) throw new Error('a part of no known size');
    const from = end + headEnd.length;
    if (bytes.length < from + length) break;
    waiting.set(/x-camera: (\S+)/i.exec(head)?.[1] ?? '', {
      jpeg: bytes.slice(from, from + length),
      takenAt: /x-taken-at: (\S+)/i.exec(head)?.[1],
    });
    drawWaiting();
    at = from + length;
  }
  return bytes.slice(at);
}

async function watch() {
  if (stop) return;
  stop = new AbortController();
  again.hidden = true;
  state.textContent = 'Asking the cameras for pictures.';
  let ended = 'The preview ended.';
  try {
    const answer = await fetch(wall.dataset.stream, { signal: stop.signal });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const reader = answer.body.getReader();
    let rest = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const joined = new Uint8Array(rest.length + value.length);
      joined.set(rest);
      joined.set(value, rest.length);
      rest = takeParts(joined);
      if (state.textContent) state.textContent = '';
    }
  } catch (fault) {
    ended = stop.signal.aborted ? '' : `The preview ended: ${fault.message}`;
  }
  stop = null;
  state.textContent = ended;
  again.hidden = !ended;
}

function leave() {
  stop?.abort();
}

if (wall) {
  again.addEventListener('click', watch);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', (event) => { if (event.persisted) watch(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) leave(); else watch(); });
  watch();
}
