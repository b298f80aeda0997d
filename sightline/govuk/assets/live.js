// A list that others add to: looks now and then whether it is another one by now, and then shows that without
// moving the reader's place or focus. It rests while nobody is at the page, so that a page left open does not
// keep its reader signed in, and looks at nobody's record before something is new.
//
// <p role="status" data-app-live-said></p>                 says what came, once it is there
// <div id="queue" data-app-live="30" data-app-live-mark="5f3a">   every thirty seconds
//   <tr data-app-live-row="17">                               one of what can come
export function live () {
  const part = document.querySelector('[data-app-live]')
  const said = document.querySelector('[data-app-live-said]')
  if (!part || !said) return
  const every = Number(part.dataset.appLive) * 1000
  const rests = 600000
  let used = Date.now()
  for (const sign of ['keydown', 'pointermove', 'pointerdown', 'scroll']) {
    window.addEventListener(sign, () => { used = Date.now() }, { passive: true })
  }
  const rows = (within) => new Set([...within.querySelectorAll('[data-app-live-row]')].map((row) => row.dataset.appLiveRow))

  function show (now) {
    const before = rows(part)
    const focused = part.contains(document.activeElement) && document.activeElement.getAttribute('href')
    const top = window.scrollY
    part.replaceChildren(...now.childNodes)
    part.dataset.appLiveMark = now.dataset.appLiveMark
    if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
    window.scrollTo(window.scrollX, top)
    const came = [...rows(part)].filter((row) => !before.has(row)).length
    said.textContent = came === 0 ? 'The list has changed.' : `${came} new in the list.`
  }

  async function look () {
    if (!document.hidden && Date.now() - used < rests) {
      const head = await fetch(window.location.href, { method: 'HEAD', redirect: 'error' }).catch(() => null)
      const mark = head?.ok && head.headers.get('Sightline-Mark')
      if (mark && mark !== part.dataset.appLiveMark) {
        const answer = await fetch(window.location.href, { redirect: 'error' }).catch(() => null)
        const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html')
        const now = page && page.getElementById(part.id)
        if (now) show(now)
      }
    }
    setTimeout(look, every)
  }

  setTimeout(look, every)
}
