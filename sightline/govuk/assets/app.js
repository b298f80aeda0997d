// Starts the components of the GOV.UK Design System, and our own. Every page works without it.
import { initAll } from './govuk-frontend.min.js'
import { autosave } from './autosave.js'
import { live } from './live.js'
import { keep } from './keep.js'
import { poll } from './poll.js'
import { refer } from './refer.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
autosave()
live()
keep()
poll()
refer()
