// Saves a page of the referral form a second after typing stops, and keeps in this tab what is not saved yet.
//
// <form data-app-refer="/save/" data-app-form="WHICH">  where to post the page's fields; which form it is a page of
//   <input type="hidden" name="turn" value="3">         counts the savings, so that a late one is known as late
//   <p role="status" data-app-kept>                     says "Saved at 10:42"
// <button data-app-discard>                             what this tab keeps goes as well
//
// Without it the page is saved by its button.

import { Sender } from './sender.js'

const PAUSE = 1000
const MARK = 'app-kept '

export function refer () {
  const form = document.querySelector('form[data-app-refer]')
  const here = form ? nameOf(form) : ''
  kept().filter((name) => name !== here && JSON.parse(sessionStorage[name]).sent).forEach((name) => sessionStorage.removeItem(name))
  document.querySelector('[data-app-discard]')?.addEventListener('click', () => {
    kept().forEach((name) => sessionStorage.removeItem(name))
  })
  if (form) new Keeper(form, here).start()
}

function nameOf (form) {
  return `${MARK}${form.dataset.appForm} ${form.elements.page.value}`
}

function kept () {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(MARK))
}

// Most who tell have no account, and so are never signed out: it is the form that this browser has no more.
class FormSender extends Sender {
  signedOut () {
    return { problem: `${this.not}your text is still on this page. Press the button below to save it.` }
  }
}

class Keeper {
  constructor (form, name) {
    this.form = form
    this.name = name
    this.status = form.querySelector('[data-app-kept]')
    this.sender = new FormSender(form, 'saved')
    this.leaving = false
  }

  start () {
    this.stored = this.said()
    this.restore()
    this.form.addEventListener('input', () => {
      this.remember()
      this.later(PAUSE)
    })
    this.form.addEventListener('submit', (event) => this.leave(event))
    window.addEventListener('pageshow', () => { this.leaving = false })
    window.addEventListener('beforeunload', (event) => {
      if (!this.leaving && this.said() !== this.stored) event.preventDefault()
    })
    window.addEventListener('online', () => { if (this.said() !== this.stored) this.later(0) })
  }

  // What somebody can type or tick on the page.
  boxes () {
    return [...this.form.elements].filter((box) => box.name && box.type !== 'hidden' && box.name !== 'website' && 'value' in box && box.tagName !== 'BUTTON')
  }

  said () {
    return JSON.stringify(this.boxes().map((box) => [box.name, /^(checkbox|radio)$/.test(box.type) ? box.checked && box.value : box.value]))
  }

  // Kept until a page shows that the server has it: a page that is opened meanwhile may be older than what was sent.
  remember (sent = false) {
    sessionStorage[this.name] = JSON.stringify({ said: this.said(), sent, turn: this.turn })
  }

  get turn () {
    return Number(this.form.elements.turn.value)
  }

  set turn (number) {
    this.form.elements.turn.value = number
  }

  // What the server has not got: the page was left without a connection, or before a second was over.
  restore () {
    const found = sessionStorage[this.name]
    if (!found) return
    const { said: before, sent, turn } = JSON.parse(found)
    if (sent && turn <= this.turn) return sessionStorage.removeItem(this.name)
    this.turn = Math.max(this.turn, turn)
    const said = JSON.parse(before)
    this.boxes().forEach((box, place) => {
      const [name, value] = said[place] ?? []
      if (name !== box.name) return
      if (/^(checkbox|radio)$/.test(box.type)) box.checked = value === box.value
      else box.value = value
    })
    if (this.said() === this.stored) sessionStorage.removeItem(this.name)
    else this.later(0)
  }

  leave (event) {
    if (!navigator.onLine) {
      this.remember()
      event.preventDefault()
      this.say('There is no connection. What you wrote is kept on this page: press the button again once there is one.')
      return
    }
    this.leaving = true
    clearTimeout(this.timer)
    this.turn++
    this.remember(true)
  }

  later (pause) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.sending = (this.sending ?? Promise.resolve()).then(() => this.send())
    }, pause)
  }

  async send () {
    const said = this.said()
    if (said === this.stored || this.leaving) return
    this.turn++
    const fields = [...new FormData(this.form)].filter(([name]) => name !== 'csrfmiddlewaretoken')
    const { answer, problem, wait } = await this.sender.send(this.form.dataset.appRefer, fields)
    if (problem) this.say(problem)
    if (wait !== undefined) this.later(wait)
    if (!answer) return
    if (answer.problem) return this.say(`Not saved: ${answer.problem}`)
    this.stored = said
    if (this.said() === said && !this.leaving) this.remember(true)
    this.say(`Saved at ${answer.saved}`)
  }

  say (words) {
    if (this.status.textContent !== words) this.status.textContent = words
  }
}
