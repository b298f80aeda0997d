// Starts the components of the GOV.UK Design System, and our own. Every page works without it.
import { initAll } from './govuk-frontend.min.js'
import { autosave } from './autosave.js'
import { poll } from './poll.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
autosave()
poll()
