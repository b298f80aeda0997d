// Sends what was typed while it is typed, and says in words what stands in the way.
//
// new Sender(form, 'saved').send(url, fields) gives { answer } once the server has it; else { problem }, what to
// say, and { wait }, the milliseconds after which to try again, if that may help.

const RETRY = 5000
const LONGEST_RETRY = 60000

export class Sender {
  constructor (form, done) {
    this.form = form
    this.not = `Not ${done}: `
    this.waiting = RETRY
  }

  async send (url, fields, more = {}) {
    const body = new FormData()
    fields.forEach(([name, value]) => body.append(name, value))
    body.append('csrfmiddlewaretoken', this.form.elements.csrfmiddlewaretoken.value)
    let response
    try {
      response = await fetch(url, { method: 'POST', body, redirect: 'manual', ...more })
    } catch {
      return this.offline()
    }
    if (response.type === 'opaqueredirect') return this.signedOut()
    if (response.status === 403) return this.freshToken()
    if (response.status === 404) return { problem: `${this.not}this page no longer opens for you. Your text is still on it.` }
    if (response.status === 413) return { problem: `${this.not}the text is too long. Make it shorter.` }
    if (!response.ok) return this.again('the service does not answer. It is tried again.')
    this.waiting = RETRY
    return { answer: await response.json() }
  }

  again (words) {
    const wait = this.waiting
    this.waiting = Math.min(2 * wait, LONGEST_RETRY)
    return { problem: this.not + words, wait }
  }

  offline () {
    return this.again('no connection. Your text is still on this page; it is tried again.')
  }

  signedOut () {
    return this.again('you have been signed out. Your text is still on this page. ' +
      `Sign in again in another tab, and it is ${this.not.slice(4, -2)} from here.`)
  }

  // Signing in again in another tab gives new tokens to the forms; an old page asks for its own.
  async freshToken () {
    try {
      const page = await fetch(window.location.href, { redirect: 'manual' })
      if (page.type === 'opaqueredirect') return this.signedOut()
      const read = new DOMParser().parseFromString(await page.text(), 'text/html')
      const token = read.querySelector('main [name=csrfmiddlewaretoken]')
      if (!token) return this.signedOut()
      document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((old) => { old.value = token.value })
      return { wait: 0 }
    } catch {
      return this.offline()
    }
  }
}
