// Shows what became of settings and commands as the camera tells it. What somebody types into is never touched.
const parts = [...document.querySelectorAll('[data-live]')];
let asked = false;
let again = false;

async function refresh() {
  if (asked) { again = true; return; }
  asked = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const part of parts) {
        const fresh = page.getElementById(part.id);
        if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      }
    }
  } catch { /* The next word of the camera tries again. */ }
  asked = false;
  if (again) { again = false; refresh(); }
}

document.addEventListener('wildcam:live', ({ detail: { kind, subject } }) => {
  if (kind === 'return' || (kind === 'camera' && parts.some((part) => part.dataset.live === subject))) refresh();
});
