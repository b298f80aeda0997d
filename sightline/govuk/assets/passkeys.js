// Passkeys. A form marked data-app-passkey="create" or "get" asks the browser for one and sends its answer in the
// hidden field `credential`. What to ask stands in data-app-options, or behind the address in data-app-options-from.
// A browser without passkeys, or without JavaScript, does not see the form: it stays hidden.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

const withBytes = (keys) => (keys || []).map((key) => ({ ...key, id: toBytes(key.id) }))

async function options (form) {
  if (form.dataset.appOptions) return JSON.parse(form.dataset.appOptions).publicKey
  const answer = await fetch(form.dataset.appOptionsFrom, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(`no options: ${answer.status}`)
  return (await answer.json()).request_options.publicKey
}

async function create (asked) {
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge),
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: withBytes(asked.excludeCredentials)
  }
  const made = await navigator.credentials.create({ publicKey })
  return answer(made, {
    attestationObject: toText(made.response.attestationObject),
    clientDataJSON: toText(made.response.clientDataJSON)
  })
}

async function get (asked) {
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge),
    allowCredentials: withBytes(asked.allowCredentials)
  }
  const shown = await navigator.credentials.get({ publicKey })
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response
  return answer(shown, {
    authenticatorData: toText(authenticatorData),
    clientDataJSON: toText(clientDataJSON),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null
  })
}

function answer (credential, response) {
  return JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: toText(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response
  })
}

function start (form) {
  const problem = form.querySelector('[data-app-passkey-problem]')
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.hidden = true
    try {
      const ask = form.dataset.appPasskey === 'create' ? create : get
      form.elements.credential.value = await ask(await options(form))
      form.submit()
    } catch (error) {
      problem.hidden = false
      problem.focus()
    }
  })
}

if (window.PublicKeyCredential) {
  document.querySelectorAll('form[data-app-passkey]').forEach(start)
}
