// A part of a page that says how far some work has come: fetched again every so many seconds, and the whole page
// once the work is done. It stops after ten minutes, so that a page left open does not keep its reader signed in.
//
// <div id="progress" data-app-poll="2">            every two seconds; gone from the page once the work is done
export function poll () {
  const part = document.querySelector('[data-app-poll]')
  if (!part) return
  const every = Number(part.dataset.appPoll) * 1000
  let left = 600000 / every
  // A page that is fetched again while its reader goes to another one would bring the reader back.
  let leaving = false
  window.addEventListener('beforeunload', () => { leaving = true })
  window.addEventListener('pageshow', () => { leaving = false })

  async function look () {
    if (!document.hidden) {
      const answer = await fetch(window.location.href, { redirect: 'error' }).catch(() => null)
      if (!answer || !answer.ok || leaving) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const now = page.getElementById(part.id)
      if (leaving) return
      if (!now || !('appPoll' in now.dataset)) {
        window.location.reload()
        return
      }
      if (now.textContent !== part.textContent) part.replaceChildren(...now.childNodes)
    }
    left -= 1
    if (left > 0) setTimeout(look, every)
  }

  setTimeout(look, every)
}
