// Cameras on a map: state as shape, word and colour. Near ones share a marker that names the worst of them. The list
// beside it holds the same cameras; without Leaflet it is all there is.
const holder = document.getElementById('map');
const L = window.L;
const near = 48; // Pixels within which cameras share a marker.
const zoomMax = 18;
const listedMax = 12;

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

function state(worst, text) {
  const label = document.createElement('span');
  label.className = `state ${worst.tone}`;
  label.append(icon(worst.icon), text);
  return label;
}

function name(group) {
  const [worst] = group;
  if (group.length === 1) return `${worst.code.toUpperCase()} ${worst.word}`;
  const alike = group.filter((c) => c.word === worst.word).length;
  return alike === group.length ? `${group.length} ${worst.word}` : `${group.length}, ${alike} ${worst.word}`;
}

function popup(group) {
  const list = document.createElement('ul');
  for (const camera of group.slice(0, listedMax)) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `${holder.dataset.root}/cameras/${camera.code}`;
    link.textContent = `${camera.code.toUpperCase()} ${camera.name}`;
    const why = document.createElement('p');
    why.textContent = camera.sentence;
    item.append(link, why);
    list.append(item);
  }
  if (group.length > listedMax) {
    const more = document.createElement('li');
    more.textContent = `and ${group.length - listedMax} more; come nearer`;
    list.append(more);
  }
  return list;
}

// Cameras come with the worst first, so the first of a cell is its worst.
function groups(map, cameras) {
  const cells = new Map();
  const seen = new Set();
  const bounds = map.getBounds().pad(0.2);
  for (const camera of cameras) {
    const at = L.latLng(camera.latitude, camera.longitude);
    const { x, y } = map.project(at).divideBy(near).round();
    const key = `${x}:${y}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(camera);
    if (bounds.contains(at)) seen.add(key);
  }
  return new Map([...seen].map((key) => [key, cells.get(key)]));
}

async function ground(map, data) {
  const style = getComputedStyle(document.documentElement);
  const colour = (key) => style.getPropertyValue(key).trim();
  const look = () => ({ color: colour('--edge'), weight: 1, fillColor: colour('--surface'), fillOpacity: 1 });
  const shapes = [];
  if (data.tileUrl) {
    L.tileLayer(data.tileUrl, { attribution: data.tileAttribution, maxZoom: zoomMax }).addTo(map);
  } else if (data.land && window.topojson) {
    const answer = await fetch(data.land);
    if (answer.ok) {
      const land = await answer.json();
      shapes.push(L.geoJSON(window.topojson.feature(land, land.objects.land), { style: look, interactive: false }));
    }
  }
  if (data.ground && data.groundBounds) {
    const { south, west, north, east } = data.groundBounds;
    L.imageOverlay(data.ground, [[south, west], [north, east]]).addTo(map);
  } else if (data.ground) {
    const answer = await fetch(data.ground);
    if (answer.ok) {
      shapes.push(L.geoJSON(await answer.json(), {
        style: () => ({ ...look(), color: colour('--accent'), fillOpacity: data.tileUrl ? 0.1 : 0.5 }),
        pointToLayer: (_, at) => L.circleMarker(at, { radius: 3 }),
        interactive: false,
      }));
    }
  }
  for (const shape of shapes) shape.addTo(map);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const shape of shapes) shape.setStyle(shape.options.style);
  });
}

function cameras(map, all) {
  const layer = L.layerGroup().addTo(map);
  const drawn = new Map();
  let zoom;
  // Cells are of one zoom. Within it only what comes into view is added: a popup that moves the map must stay.
  const draw = () => {
    if (map.getZoom() !== zoom) {
      zoom = map.getZoom();
      layer.clearLayers();
      drawn.clear();
    }
    const seen = groups(map, all);
    for (const [key, marker] of drawn) {
      if (seen.has(key) || marker.isPopupOpen()) continue;
      layer.removeLayer(marker);
      drawn.delete(key);
    }
    for (const [key, group] of seen) {
      if (drawn.has(key)) continue;
      const html = state(group[0], name(group));
      const marker = L.marker([group[0].latitude, group[0].longitude], {
        icon: L.divIcon({ className: 'pin', html, iconSize: null }),
        keyboard: true,
        riseOnHover: true,
        zIndexOffset: -1000 * group[0].order,
      });
      marker.bindPopup(() => popup(group), { maxWidth: 280 });
      marker.addTo(layer);
      marker.getElement().setAttribute('aria-label', name(group));
      drawn.set(key, marker);
    }
  };
  map.on('moveend', draw);
  return draw;
}

if (holder && L) {
  const answer = await fetch(holder.dataset.from);
  if (answer.ok) {
    const data = await answer.json();
    holder.hidden = false;
    const map = L.map(holder, { renderer: L.canvas(), worldCopyJump: true, maxZoom: zoomMax, zoomAnimation: false });
    map.attributionControl.setPrefix(false);
    const places = data.cameras.map((c) => [c.latitude, c.longitude]);
    if (places.length > 0) map.fitBounds(places, { padding: [48, 48], maxZoom: 12 });
    else map.setView([20, 0], 2);
    // Only now: markers have no element before the map has its first view.
    cameras(map, data.cameras)();
    await ground(map, data);
    holder.dataset.ready = 'true';
  }
}
