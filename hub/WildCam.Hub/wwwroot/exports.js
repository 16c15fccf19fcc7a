// Shows how far exports are, while one is under way.
const pause = 1500;
const made = () => document.getElementById('made');

async function follow() {
  while (made().dataset.open) {
    await new Promise(done => setTimeout(done, pause));
    if (document.hidden || made().contains(document.activeElement)) continue;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } });
      if (!answer.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      made().replaceWith(document.adoptNode(page.getElementById('made')));
    } catch {
      // The next round asks again.
    }
  }
}

follow();
