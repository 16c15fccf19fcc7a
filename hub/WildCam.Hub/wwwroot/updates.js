// Forms that speak to the API, and the progress of a rollout.

for (const form of document.querySelectorAll('form[data-api]')) {
  const problem = form.querySelector('[role=alert]')
  const button = form.querySelector('button')
  form.addEventListener('submit', async event => {
    event.preventDefault()
    problem.hidden = true
    button.disabled = true
    try {
      const data = new FormData(form)
      const isJson = form.dataset.json !== undefined
      const answer = await fetch(form.dataset.api, {
        method: 'POST',
        headers: isJson ? { 'Content-Type': 'application/json' } : {},
        body: isJson ? JSON.stringify(Object.fromEntries(data)) : data
      })
      if (answer.ok) {
        location.reload()
        return
      }
      problem.textContent = (await answer.json().catch(() => null))?.detail ??
        `The hub answered ${answer.status}. Try again.`
    } catch {
      problem.textContent = 'No connection to the hub. Try again.'
    }
    problem.hidden = false
    button.disabled = false
  })
}

// What somebody has the focus in is left as it is.
const progress = document.querySelector('#progress[data-refresh]')
if (progress) {
  const refresh = async () => {
    if (document.hidden || progress.contains(document.activeElement)) {
      return
    }
    const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } }).catch(() => null)
    if (!answer?.ok) {
      return
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#progress')
    if (!fresh || progress.contains(document.activeElement)) {
      return
    }
    // Another state means other buttons.
    if (fresh.querySelector('.state')?.textContent !== progress.querySelector('.state')?.textContent) {
      location.reload()
    } else if (fresh.innerHTML !== progress.innerHTML) {
      progress.replaceChildren(...fresh.childNodes)
    }
  }
  setInterval(refresh, Number(progress.dataset.refresh) * 1000)
}
