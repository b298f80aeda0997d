// Saves each question of a form a second after typing stops, and shows the questions that an answer brings up.
//
// <form data-app-autosave="/save/">                    where to post: question, seen-KEY and the question's fields
//   <div data-app-question="KEY" data-app-if="OTHER" data-app-any="yes no">   shown if OTHER is yes or no
//     ... <input type="hidden" name="seen-KEY" value="3">                     the revision that the writer saw
//   <p role="status" data-app-saved>                    says "Saved at 10:42"
//
// Without it the form is sent by its button, and the server shows what an answer brings up.

import { Sender } from './sender.js'

const PAUSE = 1000

export function autosave () {
  document.querySelectorAll('form[data-app-autosave]').forEach((form) => new Autosave(form).start())
}

class Autosave {
  constructor (form) {
    this.form = form
    this.status = form.querySelector('[data-app-saved]')
    this.questions = [...form.querySelectorAll('[data-app-question]')]
    this.stored = new Map()
    this.timers = new Map()
    this.problems = new Map()
    this.sender = new Sender(form, 'saved')
    this.sending = Promise.resolve()
    this.leaving = false
  }

  start () {
    this.form.elements.unveiled.value = 'yes'
    this.questions.forEach((question) => {
      this.stored.set(question, this.said(question))
      question.addEventListener('input', () => this.later(question))
      question.addEventListener('change', () => this.reveal())
      question.addEventListener('focusout', (event) => {
        if (!question.contains(event.relatedTarget)) this.save(question)
      })
    })
    this.form.addEventListener('submit', () => { this.leaving = true })
    window.addEventListener('beforeunload', (event) => {
      if (!this.leaving && this.unsaved().length) event.preventDefault()
    })
    this.reveal()
  }

  // The fields of a question as they are sent, without the revision.
  fields (question) {
    const key = question.dataset.appQuestion
    return [...new FormData(this.form)].filter(([name]) =>
      name === key || ['day', 'month', 'year'].some((part) => name === `${key}_${part}`))
  }

  said (question) {
    return JSON.stringify(this.fields(question))
  }

  unsaved () {
    return this.questions.filter((question) => this.said(question) !== this.stored.get(question))
  }

  // A date is sent once all its boxes are filled, or none: a half of one is nobody's answer.
  isHalfTyped (question) {
    const boxes = this.fields(question).filter(([name]) => /_(day|month|year)$/.test(name))
    const filled = boxes.filter(([, value]) => value.trim())
    return filled.length > 0 && filled.length < boxes.length
  }

  later (question, pause = PAUSE) {
    clearTimeout(this.timers.get(question))
    this.timers.set(question, setTimeout(() => this.save(question), pause))
  }

  // One after the other, so that a later text never arrives before an earlier one.
  save (question) {
    clearTimeout(this.timers.get(question))
    this.sending = this.sending.then(() => this.send(question))
    return this.sending
  }

  async send (question) {
    const said = this.said(question)
    if (said === this.stored.get(question) || this.isHalfTyped(question) || this.leaving) return
    const key = question.dataset.appQuestion
    const seen = [`seen-${key}`, this.form.elements[`seen-${key}`].value]
    const fields = [...this.fields(question), ['question', key], seen]
    const { answer, problem, wait } = await this.sender.send(this.form.dataset.appAutosave, fields)
    if (!answer) return this.again(question, problem, wait)
    const { saved, revision, error, overtaken } = answer
    if (error) return this.say(question, `Not saved: ${error}`)
    if (overtaken) return this.overtaken(question, overtaken)
    this.stored.set(question, said)
    this.form.elements[`seen-${key}`].value = revision
    this.say(question, null, `Saved at ${saved}`)
  }

  again (question, words, wait) {
    if (words) this.say(question, words)
    if (wait !== undefined) this.later(question, wait)
  }

  // Somebody else wrote meanwhile: both texts are shown, and the writer decides.
  overtaken (question, both) {
    question.querySelector('[data-app-both]')?.remove()
    const box = document.createElement('div')
    box.className = 'govuk-inset-text'
    box.dataset.appBoth = ''
    const words = document.createElement('p')
    words.className = 'govuk-body app-said'
    words.textContent = `${both.by} changed this answer at ${both.at}, while you were writing. ` +
      `It now says: “${both.theirs || 'nothing'}”. Yours, above, is not saved.`
    const mine = document.createElement('button')
    mine.type = 'button'
    mine.className = 'govuk-button govuk-button--secondary govuk-!-margin-bottom-0'
    mine.textContent = 'Put mine in its place'
    mine.addEventListener('click', () => {
      this.form.elements[`seen-${question.dataset.appQuestion}`].value = both.revision
      box.remove()
      this.save(question)
    })
    box.append(words, mine)
    question.append(box)
    this.say(question, `Not saved: ${both.by} has changed this answer meanwhile`)
  }

  // What stands in the way of one answer stays in sight while others are saved.
  say (question, problem, saved) {
    if (problem) this.problems.set(question, problem)
    else this.problems.delete(question)
    const words = [...this.problems.values()].pop() ?? saved
    if (this.status.textContent !== words) this.status.textContent = words
  }

  // In the order of the page, so that a question hidden by its condition hides those that hang on it.
  reveal () {
    const shown = new Set()
    this.questions.forEach((question) => {
      const { appQuestion: key, appIf: other, appAny: any } = question.dataset
      const holds = !other || (shown.has(other) && this.answers(other).some((said) => any.split(' ').includes(said)))
      question.hidden = !holds
      if (holds) shown.add(key)
    })
  }

  answers (key) {
    return new FormData(this.form).getAll(key)
  }
}
