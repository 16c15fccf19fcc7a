// Adding cameras and looking after them: copies passwords, saves them as a file, and fills in a place by a click on the
// map or by where this device is. All of it can be done by hand too.
import { ground } from './map.js';

const byId = (id) => document.getElementById(id);
const told = (text) => { byId('copied').textContent = text; };

function textOf(id) {
  const part = byId(id);
  return 'value' in part ? part.value : part.textContent;
}

for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) continue; // Only where the connection is safe.
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(textOf(button.dataset.copy));
      told('Copied.');
    } catch {
      told('The browser did not copy it. Mark the text and copy it by hand.');
    }
  });
}

for (const button of document.querySelectorAll('[data-save]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([textOf(button.dataset.save)], { type: 'text/csv' }));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
    told('Saved.');
  });
}

const [latitude, longitude] = ['latitude', 'longitude'].map((name) => document.querySelector(`input[name=${name}]`));
const holder = byId('place-map');
const digits = 5;
let show = () => { };

function put(lat, lng, text) {
  latitude.value = lat.toFixed(digits);
  longitude.value = lng.toFixed(digits);
  byId('place-told').textContent = text;
  show();
}

if (latitude && navigator.geolocation && isSecureContext) {
  const here = byId('here');
  here.hidden = false;
  here.addEventListener('click', () => {
    byId('place-told').textContent = 'Looking where this device is.';
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => put(coords.latitude, coords.longitude, `The place of this device, within ${Math.ceil(coords.accuracy)} m.`),
      ({ code }) => {
        byId('place-told').textContent = code === 1
          ? 'The browser may not tell where it is. Allow it, or write the numbers.'
          : 'The device does not know where it is now. Try again outside, or write the numbers.';
      },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 },
    );
  });
}

function typed() {
  const [lat, lng] = [latitude, longitude].map((input) => (input.value.trim() === '' ? NaN : Number(input.value)));
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? [lat, lng] : null;
}

async function openMap(L) {
  const answer = await fetch(holder.dataset.from);
  if (!answer.ok) return;
  const data = await answer.json();
  holder.hidden = false;
  const map = L.map(holder, { renderer: L.canvas(), worldCopyJump: true, maxZoom: 18, zoomAnimation: false });
  map.attributionControl.setPrefix(false);
  const places = data.cameras.map((c) => [c.latitude, c.longitude]);
  const first = typed();
  if (first) map.setView(first, 12);
  else if (places.length > 0) map.fitBounds(places, { padding: [24, 24], maxZoom: 12 });
  else map.setView([20, 0], 1);
  await ground(map, data);
  const colour = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
  for (const place of places) L.circleMarker(place, { radius: 4, color: colour, interactive: false }).addTo(map);
  const mark = L.circleMarker([0, 0], { radius: 9, weight: 3, color: colour, fillOpacity: 0.6, interactive: false });
  show = () => {
    const at = typed();
    if (!at) { mark.remove(); return; }
    mark.setLatLng(at).addTo(map);
    if (!map.getBounds().contains(at)) map.setView(at, Math.max(map.getZoom(), 10));
  };
  map.on('click', ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    put(lat, lng, 'The place on the map.');
  });
  const middle = byId('middle');
  middle.hidden = false;
  middle.addEventListener('click', () => {
    const { lat, lng } = map.getCenter().wrap();
    put(lat, lng, 'The middle of the map.');
  });
  for (const input of [latitude, longitude]) input.addEventListener('change', show);
  show();
  holder.dataset.ready = 'true';
}

if (holder && window.L) await openMap(window.L);
