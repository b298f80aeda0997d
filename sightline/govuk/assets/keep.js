// Keeps what is typed into a form, a second after typing stops, until the form is sent; says who else writes in it.
//
// <form>
//   <input type="hidden" name="kept" value="TOKEN" data-app-keep="/keep/" data-app-writer="7">
//   <p role="status" data-app-kept>                      says "Kept at 14:03"
// </form>
// <div role="status" data-app-others>                    says who else writes on this page
//
// While the server cannot be reached the text is also in the browser's store of this tab, for this writer alone.
// Without JavaScript a form is kept when it is sent and refused.

import { Sender } from './sender.js'

const PAUSE = 1000
const LOOK = 30000
// After this it no longer asks who else writes, so that a page left open does not keep its reader signed in.
const LONGEST_LOOK = 300000
const LONGEST_WAIT = 3000

export function keep () {
  document.querySelectorAll('input[data-app-keep]').forEach((token) => new Keeper(token).start())
}

const after = (time) => new Promise((resolve) => setTimeout(resolve, time))

class Keeper {
  constructor (token) {
    this.form = token.form
    this.url = token.dataset.appKeep
    this.writer = token.dataset.appWriter
    this.status = this.form.querySelector('[data-app-kept]')
    this.others = document.querySelector('[data-app-others]')
    this.sender = new Sender(this.form, 'kept')
    this.place = `kept ${window.location.pathname}`
    this.sending = Promise.resolve()
    this.leaving = false
    this.isHeldUp = false
    this.active = Date.now()
  }

  start () {
    this.stored = this.said()
    this.fromTab()
    this.form.addEventListener('input', () => this.later())
    this.form.addEventListener('focusout', (event) => {
      if (!this.form.contains(event.relatedTarget)) this.save()
    })
    document.addEventListener('submit', (event) => this.submit(event))
    window.addEventListener('pageshow', () => { this.leaving = false })
    window.addEventListener('beforeunload', (event) => {
      if (!this.leaving && this.isHeldUp) event.preventDefault()
    })
    // The last second of typing, where the page is left or the browser closed.
    window.addEventListener('pagehide', () => {
      if (!this.leaving && this.isUnsaved()) this.sender.send(this.url, this.fields(true), { keepalive: true })
    })
    setTimeout(() => this.look(), LOOK)
  }

  // What was typed, without passwords and files; with the token, as it is sent.
  fields (withToken = false) {
    return [...new FormData(this.form)].filter(([name, value]) => {
      if (name === 'csrfmiddlewaretoken') return false
      if (name === 'kept') return withToken
      return typeof value === 'string' && this.form.querySelector(`[type=password][name="${CSS.escape(name)}"]`) === null
    })
  }

  said () {
    return JSON.stringify(this.fields())
  }

  isUnsaved () {
    return this.said() !== this.stored
  }

  later (pause = PAUSE) {
    this.active = Date.now()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), pause)
  }

  // One after the other, so that a later text never arrives before an earlier one.
  save () {
    clearTimeout(this.timer)
    this.sending = this.sending.then(() => this.send())
    return this.sending
  }

  async send () {
    if (this.leaving || !this.isUnsaved()) return
    const said = this.said()
    const { answer, problem, wait } = await this.sender.send(this.url, this.fields(true))
    this.isHeldUp = problem !== undefined
    if (answer) {
      this.stored = said
      sessionStorage.removeItem(this.place)
      this.say(`Kept at ${answer.at}`)
      this.tell(answer.others)
      return
    }
    sessionStorage.setItem(this.place, JSON.stringify({ writer: this.writer, said }))
    if (problem) this.say(problem)
    if (wait !== undefined) this.again(wait)
  }

  again (wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), wait)
  }

  // What could not be sent, and is still in this tab after the page was loaded anew.
  fromTab () {
    const found = JSON.parse(sessionStorage.getItem(this.place) ?? 'null')
    if (!found) return
    sessionStorage.removeItem(this.place)
    if (found.writer !== this.writer) return
    const typed = JSON.parse(found.said)
    for (const entry of this.form.elements) {
      if (!entry.name || ['hidden', 'file', 'password'].includes(entry.type)) continue
      const values = typed.filter(([name]) => name === entry.name).map(([, value]) => value)
      if (entry.type === 'radio' || entry.type === 'checkbox') entry.checked = values.includes(entry.value)
      else if (values.length) entry.value = values[0]
    }
    if (this.isUnsaved()) this.say('Your text was still in this tab, and is filled in')
    this.save()
  }

  // The server has the text before the form is sent, or it is not sent: no answer ever replaces a page that alone
  // has it; and no text arrives after its form is done.
  async submit (event) {
    if (event.target !== this.form) this.leaving = true
    if (this.leaving) return
    event.preventDefault()
    await Promise.race([this.save(), after(LONGEST_WAIT)])
    await after(0) // a form is not sent out of its own submit event
    if (this.isHeldUp) return this.say(`Not sent. ${this.status.textContent}`)
    clearTimeout(this.timer)
    this.leaving = true
    this.form.requestSubmit(event.submitter)
  }

  async look () {
    if (!document.hidden && !this.leaving && Date.now() - this.active < LONGEST_LOOK) {
      const token = this.form.elements.kept.value
      const { answer } = await this.sender.send(this.url, [['kept', token], ['look', 'yes']])
      if (answer) this.tell(answer.others)
    }
    setTimeout(() => this.look(), LOOK)
  }

  tell (others) {
    if (this.others.dataset.appOthers === others.join()) return
    this.others.dataset.appOthers = others.join()
    this.others.replaceChildren(...others.map((words) => {
      const said = document.createElement('p')
      said.className = 'govuk-body govuk-!-font-weight-bold'
      said.textContent = words
      return said
    }))
  }

  say (words) {
    if (this.status.textContent !== words) this.status.textContent = words
  }
}
